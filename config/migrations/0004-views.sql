-- Events and visits with their texts, for people and for BI tools.

CREATE VIEW event_text AS
SELECT
    site.domain,
    event.site_id,
    event."time",
    event.event_id,
    name_text.text AS name,
    event.visitor,
    event.session_id,
    hostname_text.text AS hostname,
    path_text.text AS path,
    title_text.text AS title,
    source_text.text AS source,
    referrer_host_text.text AS referrer_host,
    referrer_path_text.text AS referrer_path,
    event.country,
    event.viewport_width,
    event.engaged_ms,
    event.received_after,
    event.properties,
    fact_set.facts
FROM event
    LEFT JOIN site ON site.site_id = event.site_id
    LEFT JOIN dictionary name_text ON name_text.site_id = event.site_id AND name_text.text_id = event.name_id
    LEFT JOIN dictionary hostname_text ON hostname_text.site_id = event.site_id AND hostname_text.text_id = event.hostname_id
    LEFT JOIN dictionary path_text ON path_text.site_id = event.site_id AND path_text.text_id = event.path_id
    LEFT JOIN dictionary title_text ON title_text.site_id = event.site_id AND title_text.text_id = event.title_id
    LEFT JOIN dictionary source_text ON source_text.site_id = event.site_id AND source_text.text_id = event.source_id
    LEFT JOIN dictionary referrer_host_text ON referrer_host_text.site_id = event.site_id AND referrer_host_text.text_id = event.referrer_host_id
    LEFT JOIN dictionary referrer_path_text ON referrer_path_text.site_id = event.site_id AND referrer_path_text.text_id = event.referrer_path_id
    LEFT JOIN fact_set ON fact_set.site_id = event.site_id AND fact_set.facts_id = event.facts_id;
COMMENT ON VIEW event_text IS 'Events with their texts.';

CREATE VIEW session_text AS
SELECT
    site.domain,
    session.site_id,
    session.session_id,
    session.visitor,
    session.visitor_after,
    session.started_at,
    session.last_at,
    session.last_at - session.started_at AS duration,
    session.pageviews,
    session.events,
    session.engaged_ms,
    entry_path_text.text AS entry_path,
    exit_path_text.text AS exit_path,
    hostname_text.text AS hostname,
    source_text.text AS source,
    referrer_host_text.text AS referrer_host,
    referrer_path_text.text AS referrer_path,
    session.country,
    session.viewport_width,
    fact_set.facts
FROM session
    LEFT JOIN site ON site.site_id = session.site_id
    LEFT JOIN dictionary entry_path_text ON entry_path_text.site_id = session.site_id AND entry_path_text.text_id = session.entry_path_id
    LEFT JOIN dictionary exit_path_text ON exit_path_text.site_id = session.site_id AND exit_path_text.text_id = session.exit_path_id
    LEFT JOIN dictionary hostname_text ON hostname_text.site_id = session.site_id AND hostname_text.text_id = session.hostname_id
    LEFT JOIN dictionary source_text ON source_text.site_id = session.site_id AND source_text.text_id = session.source_id
    LEFT JOIN dictionary referrer_host_text ON referrer_host_text.site_id = session.site_id AND referrer_host_text.text_id = session.referrer_host_id
    LEFT JOIN dictionary referrer_path_text ON referrer_path_text.site_id = session.site_id AND referrer_path_text.text_id = session.referrer_path_id
    LEFT JOIN fact_set ON fact_set.site_id = session.site_id AND fact_set.facts_id = session.facts_id;
COMMENT ON VIEW session_text IS 'Visits with their texts.';
