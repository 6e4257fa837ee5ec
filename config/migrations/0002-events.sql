-- Events and the visits that they make up.
--
-- Texts stand once in `dictionary`, under a number that is a hash of the text: an event with its texts inline took
-- three times the space, and numbers that are hashes need no agreement between loaders. Columns are ordered by
-- alignment, eight bytes first, so that no row has holes. No foreign keys: a visit or event of a deleted site is swept
-- by a job, and rows spread over machines (Citus) could not have them.

CREATE TABLE dictionary (
    site_id integer NOT NULL,
    text_id bigint  NOT NULL,
    text    text    NOT NULL,
    PRIMARY KEY (site_id, text_id)
);
COMMENT ON TABLE dictionary IS 'The texts behind the ..._id columns of event and session.';
COMMENT ON COLUMN dictionary.text_id IS 'First eight bytes of the BLAKE2b-128 hash of the text in UTF-8.';

CREATE TABLE fact_set (
    site_id  integer NOT NULL,
    facts_id bigint  NOT NULL,
    facts    jsonb   NOT NULL,
    PRIMARY KEY (site_id, facts_id)
);
COMMENT ON TABLE fact_set IS
    'What plugins found out about events (browser, channel, ...), one row for each combination that occurs.';
COMMENT ON COLUMN fact_set.facts_id IS 'First eight bytes of the BLAKE2b-128 hash of the JSON text with sorted keys.';

CREATE TABLE event (
    "time"           timestamptz NOT NULL,
    event_id         uuid        NOT NULL,
    name_id          bigint      NOT NULL,
    visitor          bigint,
    session_id       bigint,
    hostname_id      bigint,
    path_id          bigint,
    title_id         bigint,
    source_id        bigint,
    referrer_host_id bigint,
    referrer_path_id bigint,
    facts_id         bigint,
    site_id          integer     NOT NULL,
    received_after   integer     NOT NULL,
    engaged_ms       integer,
    viewport_width   smallint,
    country          text,
    properties       jsonb
) PARTITION BY RANGE ("time");
CREATE INDEX event_site_time ON event (site_id, "time");
COMMENT ON TABLE event IS
    'One row per event, in partitions by month (UTC). The visit that an event belongs to can be computed anew from here.';
COMMENT ON COLUMN event."time" IS 'When it happened.';
COMMENT ON COLUMN event.event_id IS 'Random id; breaks ties between events of one millisecond, and is in seen_event for 48 hours.';
COMMENT ON COLUMN event.name_id IS 'Name: pageview, or that of a custom event.';
COMMENT ON COLUMN event.visitor IS 'Pseudonym of the visitor for one identity period; null for events without a visitor.';
COMMENT ON COLUMN event.session_id IS 'The visit; null for events without a visitor. Unique within a site.';
COMMENT ON COLUMN event.source_id IS 'Name of the site that sent the visitor here.';
COMMENT ON COLUMN event.referrer_path_id IS 'Path of the referring page, without its query.';
COMMENT ON COLUMN event.facts_id IS 'What plugins found out: fact_set.';
COMMENT ON COLUMN event.received_after IS 'Milliseconds from its time until the gateway received it; negative for clocks that are ahead.';
COMMENT ON COLUMN event.engaged_ms IS 'Milliseconds that the page was visible and focused, as the tracker measured them.';
COMMENT ON COLUMN event.viewport_width IS 'CSS pixels.';
COMMENT ON COLUMN event.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN event.properties IS 'The site''s own properties of the event.';

-- There is no DEFAULT partition: rows in it would have to be moved before their month can be attached. Months are
-- made ahead by a job and by the loader when it meets one that is missing.
-- Attaching a table, unlike CREATE … PARTITION OF, lets reports go on meanwhile.
-- SECURITY DEFINER: the loader's role need not own the tables.
CREATE FUNCTION create_event_partition(month date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
DECLARE
    first_day date := date_trunc('month', month)::date;
    partition text := 'event_' || to_char(first_day, 'YYYY_MM');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall create_event_partition', 0));
    IF to_regclass(partition) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', partition);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition,
        first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC');
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION create_event_partition FROM PUBLIC;
COMMENT ON FUNCTION create_event_partition IS 'Makes the partition of event for a month, if it is missing. True when it made one.';

CREATE TABLE session (
    started_at       timestamptz NOT NULL,
    last_at          timestamptz NOT NULL,
    first_event      uuid        NOT NULL,
    visitor          bigint      NOT NULL,
    session_id       bigint      NOT NULL,
    visitor_after    bigint,
    entry_path_id    bigint,
    exit_path_id     bigint,
    entry_at         timestamptz,
    exit_at          timestamptz,
    entry_event      uuid,
    exit_event       uuid,
    hostname_id      bigint,
    source_id        bigint,
    referrer_host_id bigint,
    referrer_path_id bigint,
    facts_id         bigint,
    site_id          integer     NOT NULL,
    pageviews        integer     NOT NULL,
    events           integer     NOT NULL,
    engaged_ms       integer     NOT NULL,
    viewport_width   smallint,
    country          text,
    -- The visitor stands in the key so that rows can be spread over machines by visitor (Citus).
    PRIMARY KEY (site_id, visitor, session_id)
) WITH (fillfactor = 90);  -- Room to lengthen a visit in place, without touching an index.
CREATE INDEX session_site_start ON session (site_id, started_at);
CREATE INDEX session_visitor_after ON session (site_id, visitor_after) WHERE visitor_after IS NOT NULL;
COMMENT ON TABLE session IS
    'Visits: a visitor''s events with gaps of at most 30 minutes. A pure function of the events; late ones change it.';
COMMENT ON COLUMN session.started_at IS 'Time of the first event.';
COMMENT ON COLUMN session.last_at IS 'Time of the last event.';
COMMENT ON COLUMN session.first_event IS 'Id of the first event, by (time, id); source, facts, country, ... are those of this event.';
COMMENT ON COLUMN session.visitor IS 'Pseudonym under which the visit began.';
COMMENT ON COLUMN session.session_id IS 'Random; unique within a site.';
COMMENT ON COLUMN session.visitor_after IS 'Pseudonym under which the visit went on after the identity period changed.';
COMMENT ON COLUMN session.entry_path_id IS 'Path of the first page view.';
COMMENT ON COLUMN session.exit_path_id IS 'Path of the last page view.';
COMMENT ON COLUMN session.entry_at IS 'Time of the first page view; null where it is the first event, and where there is none.';
COMMENT ON COLUMN session.exit_at IS 'Time of the last page view; null where it is also the first.';
COMMENT ON COLUMN session.entry_event IS 'Id of the first page view, null with entry_at.';
COMMENT ON COLUMN session.exit_event IS 'Id of the last page view, null with exit_at.';
COMMENT ON COLUMN session.pageviews IS 'Page views.';
COMMENT ON COLUMN session.events IS 'Interactive custom events.';
COMMENT ON COLUMN session.engaged_ms IS 'Engaged time: the sum over the events.';
