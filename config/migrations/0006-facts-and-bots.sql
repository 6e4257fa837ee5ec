-- Facts by what they describe, weights of samples, bots kept apart, quarantine.

ALTER TABLE event
    ADD COLUMN device_id      bigint,
    ADD COLUMN place_id       bigint,
    ADD COLUMN acquisition_id bigint,
    ADD COLUMN weight         integer;
COMMENT ON COLUMN event.facts_id IS 'What plugins found out about this event alone: fact_set.';
COMMENT ON COLUMN event.device_id IS 'What plugins found out about the device (browser, system, screen, language): fact_set.';
COMMENT ON COLUMN event.place_id IS 'Region and city, where the operator wants them: fact_set.';
COMMENT ON COLUMN event.acquisition_id IS 'What brought the visit (campaign, kind of source, channel): fact_set.';
COMMENT ON COLUMN event.weight IS 'How many events this one stands for where only a sample is kept; null for 1.';

ALTER TABLE session
    ADD COLUMN device_id      bigint,
    ADD COLUMN place_id       bigint,
    ADD COLUMN acquisition_id bigint,
    ADD COLUMN weight         integer;
COMMENT ON COLUMN session.device_id IS 'Of the first event, as in event.';
COMMENT ON COLUMN session.place_id IS 'Of the first event, as in event.';
COMMENT ON COLUMN session.acquisition_id IS 'Of the first event, as in event.';
COMMENT ON COLUMN session.weight IS 'How many visits this one stands for; null for 1.';

-- The same columns as event, so that one loader writes both; no visits, no visitors.
CREATE TABLE bot_event (LIKE event) PARTITION BY RANGE ("time");
CREATE INDEX bot_event_site_time ON bot_event (site_id, "time");
COMMENT ON TABLE bot_event IS 'Events of programs (crawlers, monitors, previews, ...): kept, reported, and in no number about people.';

CREATE OR REPLACE FUNCTION create_event_partition(month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
DECLARE
    first_day date := date_trunc('month', month)::date;
    parent text;
    partition text;
    made boolean := false;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall create_event_partition', 0));
    FOREACH parent IN ARRAY ARRAY['event', 'bot_event'] LOOP
        partition := parent || '_' || to_char(first_day, 'YYYY_MM');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)',
            partition, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
            first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC');
        made := true;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION create_event_partition IS
    'Makes the partitions of event and bot_event for a month, if they are missing. True when it made one.';

-- Whole months only: a partition goes when all of it is older than so many months before the one that is running.
CREATE FUNCTION drop_event_partitions(months integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
DECLARE
    oldest text := to_char(date_trunc('month', now() AT TIME ZONE 'UTC') - make_interval(months => months), 'YYYY_MM');
    partition text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall create_event_partition', 0));
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('event'::regclass, 'bot_event'::regclass) AND right(relname, 7) < oldest
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_event_partitions FROM PUBLIC;
COMMENT ON FUNCTION drop_event_partitions IS 'Drops the partitions of event and bot_event that are older than so many whole months.';

ALTER TABLE dead_letter ADD COLUMN quarantine text;
COMMENT ON COLUMN dead_letter.quarantine IS
    'Why the chain set the event aside until a person has looked at it; null for one that could not be stored.';

COMMENT ON TABLE ledger IS
    'What became of the events of a day: received = rejected + dropped (why) + duplicate + stored (people, bots) + quarantined + dead.';

-- What is in there already was received as well.
INSERT INTO ledger (site_id, day, outcome, reason, count)
SELECT site_id, day, 'received', '', sum(count) FROM ledger GROUP BY site_id, day;

DROP VIEW event_text;
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
    event_facts.facts,
    device_facts.facts AS device,
    place_facts.facts AS place,
    acquisition_facts.facts AS acquisition,
    coalesce(event.weight, 1) AS weight
FROM event
    LEFT JOIN site ON site.site_id = event.site_id
    LEFT JOIN dictionary name_text ON name_text.site_id = event.site_id AND name_text.text_id = event.name_id
    LEFT JOIN dictionary hostname_text ON hostname_text.site_id = event.site_id AND hostname_text.text_id = event.hostname_id
    LEFT JOIN dictionary path_text ON path_text.site_id = event.site_id AND path_text.text_id = event.path_id
    LEFT JOIN dictionary title_text ON title_text.site_id = event.site_id AND title_text.text_id = event.title_id
    LEFT JOIN dictionary source_text ON source_text.site_id = event.site_id AND source_text.text_id = event.source_id
    LEFT JOIN dictionary referrer_host_text ON referrer_host_text.site_id = event.site_id AND referrer_host_text.text_id = event.referrer_host_id
    LEFT JOIN dictionary referrer_path_text ON referrer_path_text.site_id = event.site_id AND referrer_path_text.text_id = event.referrer_path_id
    LEFT JOIN fact_set event_facts ON event_facts.site_id = event.site_id AND event_facts.facts_id = event.facts_id
    LEFT JOIN fact_set device_facts ON device_facts.site_id = event.site_id AND device_facts.facts_id = event.device_id
    LEFT JOIN fact_set place_facts ON place_facts.site_id = event.site_id AND place_facts.facts_id = event.place_id
    LEFT JOIN fact_set acquisition_facts ON acquisition_facts.site_id = event.site_id AND acquisition_facts.facts_id = event.acquisition_id;
COMMENT ON VIEW event_text IS 'Events with their texts.';

DROP VIEW session_text;
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
    event_facts.facts,
    device_facts.facts AS device,
    place_facts.facts AS place,
    acquisition_facts.facts AS acquisition,
    coalesce(session.weight, 1) AS weight
FROM session
    LEFT JOIN site ON site.site_id = session.site_id
    LEFT JOIN dictionary entry_path_text ON entry_path_text.site_id = session.site_id AND entry_path_text.text_id = session.entry_path_id
    LEFT JOIN dictionary exit_path_text ON exit_path_text.site_id = session.site_id AND exit_path_text.text_id = session.exit_path_id
    LEFT JOIN dictionary hostname_text ON hostname_text.site_id = session.site_id AND hostname_text.text_id = session.hostname_id
    LEFT JOIN dictionary source_text ON source_text.site_id = session.site_id AND source_text.text_id = session.source_id
    LEFT JOIN dictionary referrer_host_text ON referrer_host_text.site_id = session.site_id AND referrer_host_text.text_id = session.referrer_host_id
    LEFT JOIN dictionary referrer_path_text ON referrer_path_text.site_id = session.site_id AND referrer_path_text.text_id = session.referrer_path_id
    LEFT JOIN fact_set event_facts ON event_facts.site_id = session.site_id AND event_facts.facts_id = session.facts_id
    LEFT JOIN fact_set device_facts ON device_facts.site_id = session.site_id AND device_facts.facts_id = session.device_id
    LEFT JOIN fact_set place_facts ON place_facts.site_id = session.site_id AND place_facts.facts_id = session.place_id
    LEFT JOIN fact_set acquisition_facts ON acquisition_facts.site_id = session.site_id AND acquisition_facts.facts_id = session.acquisition_id;
COMMENT ON VIEW session_text IS 'Visits with their texts.';

CREATE VIEW bot_event_text AS
SELECT
    site.domain,
    bot_event.site_id,
    bot_event."time",
    name_text.text AS name,
    hostname_text.text AS hostname,
    path_text.text AS path,
    bot_event.country,
    event_facts.facts ->> 'bot' AS bot,
    event_facts.facts ->> 'bot_reason' AS reason,
    (event_facts.facts ->> 'bot_score')::double precision AS score,
    device_facts.facts AS device
FROM bot_event
    LEFT JOIN site ON site.site_id = bot_event.site_id
    LEFT JOIN dictionary name_text ON name_text.site_id = bot_event.site_id AND name_text.text_id = bot_event.name_id
    LEFT JOIN dictionary hostname_text ON hostname_text.site_id = bot_event.site_id AND hostname_text.text_id = bot_event.hostname_id
    LEFT JOIN dictionary path_text ON path_text.site_id = bot_event.site_id AND path_text.text_id = bot_event.path_id
    LEFT JOIN fact_set event_facts ON event_facts.site_id = bot_event.site_id AND event_facts.facts_id = bot_event.facts_id
    LEFT JOIN fact_set device_facts ON device_facts.site_id = bot_event.site_id AND device_facts.facts_id = bot_event.device_id;
COMMENT ON VIEW bot_event_text IS 'Events of programs with their texts.';

SELECT create_event_partition(month::date)
FROM (SELECT DISTINCT to_date(substring(relname FROM 'event_(\d{4}_\d{2})$'), 'YYYY_MM') AS month
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'event'::regclass) AS known
ORDER BY month;
