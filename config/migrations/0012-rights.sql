-- People's rights: the events of a user are found and erased; and how long each site keeps events.

-- ---- users ----------------------------------------------------------------------------------------------------------

ALTER TABLE site
    -- Computed for each row: no two sites have the same one.
    ADD COLUMN user_key         bytea   NOT NULL
        DEFAULT substr(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), 1, 16)
        CHECK (length(user_key) = 16),
    ADD COLUMN retention_months integer CHECK (retention_months BETWEEN 1 AND 1200);
COMMENT ON COLUMN site.user_key IS
    'Key under which the ids of the site''s users are hashed. A secret: with it, ids can be tried until one fits.';
COMMENT ON COLUMN site.retention_months IS
    'Whole months beyond the running one for which events are kept; null for what the gateway is set to (privacy.retention_months).';

ALTER TABLE event ADD COLUMN user_hash bigint;
ALTER TABLE bot_event ADD COLUMN user_hash bigint;
COMMENT ON COLUMN event.user_hash IS
    'Keyed hash of the site''s own id of its user, where its server sent one; to find the user''s events, for nothing else.';
CREATE INDEX event_user ON event (site_id, user_hash) WHERE user_hash IS NOT NULL;
CREATE INDEX bot_event_user ON bot_event (site_id, user_hash) WHERE user_hash IS NOT NULL;

CREATE OR REPLACE VIEW event_text AS
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
    coalesce(event.weight, 1) AS weight,
    event.user_hash
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

-- The planner's statistics are copies of what stands in the rows, and outlive them: none of what may be about a person.
DO $$
DECLARE
    place record;
BEGIN
    FOR place IN
        SELECT pg_attribute.attrelid::regclass AS relation, attname FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            LEFT JOIN pg_inherits ON inhrelid = attrelid
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND (coalesce(inhparent, attrelid)::regclass::text, attname) IN (
                ('event', 'user_hash'), ('event', 'properties'), ('event', 'event_id'), ('event', 'visitor'),
                ('bot_event', 'user_hash'), ('bot_event', 'properties'), ('bot_event', 'event_id'),
                ('session', 'first_event'), ('session', 'entry_event'), ('session', 'exit_event'),
                ('session', 'visitor'), ('session', 'visitor_after'),
                ('dictionary', 'text'), ('fact_set', 'facts'), ('seen_event', 'event_id'), ('dead_letter', 'event_id'),
                ('dead_letter', 'hit'), ('dead_letter', 'entry'), ('day_stat', 'slice'), ('day_visits', 'visits'))
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER %I SET STATISTICS 0', place.relation, place.attname);
    END LOOP;
END
$$;

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
        EXECUTE format('ALTER TABLE %I ALTER event_id SET STATISTICS 0, ALTER properties SET STATISTICS 0, '
            'ALTER user_hash SET STATISTICS 0, ALTER visitor SET STATISTICS 0', partition);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, partition,
            first_day::timestamp AT TIME ZONE 'UTC', (first_day + interval '1 month') AT TIME ZONE 'UTC');
        made := true;
    END LOOP;
    RETURN made;
END
$$;

-- ---- local days -----------------------------------------------------------------------------------------------------

-- When a local day begins: at the first moment that has its date. That is not always midnight: a clock that is put forward
-- at midnight skips it, and one that is put back to midnight has it twice, of which AT TIME ZONE gives the second.
CREATE FUNCTION first_moment(day date, zone text) RETURNS timestamptz
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT min(candidate) FROM (
        SELECT (day::timestamp AT TIME ZONE zone) - back AS candidate
        FROM unnest(ARRAY[interval '0', '30 minutes', '1 hour', '2 hours']) AS back) AS candidates
        WHERE (candidate AT TIME ZONE zone)::date = day);
COMMENT ON FUNCTION first_moment IS 'The moment at which a local day begins.';

-- ---- what a request is about ----------------------------------------------------------------------------------------

-- All pseudonyms of a person who is known by some of them: a visit that goes on over the change of the period has two.
CREATE FUNCTION pseudonyms_of(asked_site integer, known bigint[]) RETURNS bigint[]
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS
$$
    WITH RECURSIVE pseudonym (visitor) AS (
        SELECT unnest(known)
        UNION
        SELECT step.visitor FROM pseudonym CROSS JOIN LATERAL (
            SELECT visitor_after AS visitor FROM session
            WHERE site_id = asked_site AND session.visitor = pseudonym.visitor AND visitor_after IS NOT NULL
            UNION ALL
            SELECT session.visitor FROM session
            WHERE site_id = asked_site AND session.visitor_after = pseudonym.visitor
        ) AS step
    )
    SELECT coalesce(array_agg(visitor ORDER BY visitor), '{}') FROM pseudonym
$$;
COMMENT ON FUNCTION pseudonyms_of IS 'These pseudonyms and all that visits connect them with.';

-- Visits of pseudonyms, and those in which a user was signed in. In a visit of several users (one address, one browser)
-- nobody knows whose an event without a user is: such a visit is nobody's, and of its events only those of the user are.
CREATE FUNCTION visits_of(asked_site integer, visitors bigint[], asked_user bigint)
    RETURNS TABLE (session_id bigint, visitor bigint, started_at timestamptz, last_at timestamptz)
    LANGUAGE sql STABLE SET search_path FROM CURRENT AS
$$
    SELECT session.session_id, session.visitor, session.started_at, session.last_at FROM session
    WHERE site_id = asked_site AND session.visitor = ANY (visitors)
    UNION
    SELECT session.session_id, session.visitor, session.started_at, session.last_at
    FROM (SELECT DISTINCT event.visitor, event.session_id FROM event
            WHERE site_id = asked_site AND user_hash = asked_user AND event.session_id IS NOT NULL) AS signed_in
        JOIN session ON session.site_id = asked_site AND session.session_id = signed_in.session_id
            AND (session.visitor = signed_in.visitor OR session.visitor_after = signed_in.visitor)
    WHERE NOT EXISTS (
        SELECT FROM event
        WHERE event.site_id = asked_site AND event.session_id = session.session_id
            AND event."time" BETWEEN session.started_at AND session.last_at
            AND event.user_hash IS NOT NULL AND event.user_hash <> asked_user)
$$;
COMMENT ON FUNCTION visits_of IS 'The visits of pseudonyms and of a user of a site.';
REVOKE ALL ON FUNCTION pseudonyms_of, visits_of FROM PUBLIC;

-- ---- erasures -------------------------------------------------------------------------------------------------------

-- How far a journal is loaded, in time: an erasure is over only when no journal can bring anything from before it.
ALTER TABLE journal_cursor ADD COLUMN loaded_through timestamptz;
COMMENT ON COLUMN journal_cursor.loaded_through IS
    'Everything that this journal''s gateway took before this moment is loaded; null as long as its loader has not said so.';

-- No reference to the site: that something was erased is on record after the site is gone, too.
CREATE TABLE erasure (
    erasure_id   integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id      integer     NOT NULL,
    kind         text        NOT NULL CHECK (kind IN ('visitor', 'user', 'period')),
    visitors     bigint[],
    user_hash    bigint,
    since        timestamptz,
    until        timestamptz,
    requested_at timestamptz NOT NULL,
    invisible_at timestamptz,
    settled_at   timestamptz,
    log_position pg_lsn,
    done_at      timestamptz,
    is_log_clean boolean,
    failures     integer     NOT NULL DEFAULT 0,
    retry_at     timestamptz,
    events       bigint      NOT NULL DEFAULT 0,
    visits       bigint      NOT NULL DEFAULT 0,
    dead_letters bigint      NOT NULL DEFAULT 0,
    late_events  bigint      NOT NULL DEFAULT 0,
    CHECK (settled_at IS NOT NULL
        OR CASE kind WHEN 'visitor' THEN visitors IS NOT NULL WHEN 'user' THEN user_hash IS NOT NULL
            ELSE since IS NOT NULL AND until > since END),
    CHECK (settled_at IS NULL OR (visitors IS NULL AND user_hash IS NULL))
);
CREATE INDEX erasure_site ON erasure (site_id, erasure_id);
CREATE INDEX erasure_open ON erasure (erasure_id) WHERE done_at IS NULL;
-- Every loader looks here at every batch.
CREATE INDEX erasure_unsettled ON erasure (site_id) WHERE settled_at IS NULL;
COMMENT ON TABLE erasure IS
    'What is to be erased, and how far that is. Who asked for it is in audit_entry; who it was about is forgotten when nothing more can come.';
COMMENT ON COLUMN erasure.kind IS 'Whether it is about a visitor, about a user, or about all events of a stretch of time.';
COMMENT ON COLUMN erasure.visitors IS 'The visitor''s pseudonyms; null once it is settled.';
COMMENT ON COLUMN erasure.user_hash IS 'The user, as in event; null once it is settled.';
COMMENT ON COLUMN erasure.since IS 'Beginning of the stretch of time: of a local day of the site.';
COMMENT ON COLUMN erasure.until IS 'End of the stretch of time: not in it any more.';
COMMENT ON COLUMN erasure.requested_at IS
    'When it was asked for: events that were received before are erased, also when they are loaded later; what is received afterwards is not.';
COMMENT ON COLUMN erasure.invisible_at IS 'When no table and no report had it any more; null again when a journal has brought more.';
COMMENT ON COLUMN erasure.settled_at IS 'When nothing more could come out of a journal, and who it was about was forgotten.';
COMMENT ON COLUMN erasure.log_position IS 'Where PostgreSQL''s log of changes had come to when the tables in which it had stood were written anew.';
COMMENT ON COLUMN erasure.done_at IS 'When that part of the log was not needed any more: it is in no file of the tables, and no checkpoint goes back to it.';
COMMENT ON COLUMN erasure.is_log_clean IS
    'Whether PostgreSQL deleted that part of its log then; false where its settings keep files of the log (docs/privacy.md).';
COMMENT ON COLUMN erasure.failures IS 'How often it was tried in vain, one after the other.';
COMMENT ON COLUMN erasure.retry_at IS 'Before when it is not tried again after it has failed.';
COMMENT ON COLUMN erasure.events IS 'Events that were erased, those of programs included.';
COMMENT ON COLUMN erasure.visits IS 'Visits that were erased, or are shorter now.';
COMMENT ON COLUMN erasure.dead_letters IS 'Events that were erased before they could be stored, or in quarantine.';
COMMENT ON COLUMN erasure.late_events IS 'Events that came out of a journal after they were erased, and were not stored.';

-- Tables whose files may still hold bytes of deleted rows. Each is written anew once for all erasures that left something.
CREATE TABLE erasure_trace (
    erasure_id integer NOT NULL REFERENCES erasure ON DELETE CASCADE,
    relation   text    NOT NULL,
    deletions  bigint  NOT NULL,
    is_swept   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (erasure_id, relation)
);
COMMENT ON TABLE erasure_trace IS 'Tables in which an erasure deleted something, until they are written anew.';
COMMENT ON COLUMN erasure_trace.deletions IS 'How many transactions deleted something: one that comes while the table is written anew is not forgotten.';
COMMENT ON COLUMN erasure_trace.is_swept IS 'Of texts and sets of facts: whether those that nothing uses any more are deleted.';

-- Asks for an erasure; returns its number. Whoever asks for the same again before anything was done gets the same one.
CREATE FUNCTION ask_erasure(asked_site integer, asked_kind text, asked_visitor bigint, asked_user bigint,
    asked_since timestamptz, asked_until timestamptz, asked_at timestamptz) RETURNS integer
    LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$
DECLARE
    number integer;
BEGIN
    -- Two who ask at the same time: the second one finds the first one's.
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall ask_erasure', asked_site));
    UPDATE erasure SET requested_at = greatest(requested_at, asked_at)
    WHERE erasure_id = (
        SELECT min(erasure_id) FROM erasure
        WHERE site_id = asked_site AND kind = asked_kind AND settled_at IS NULL AND invisible_at IS NULL
            AND CASE kind WHEN 'visitor' THEN visitors @> ARRAY[asked_visitor]
                WHEN 'user' THEN user_hash = asked_user
                ELSE since = asked_since AND until = asked_until END)
    RETURNING erasure_id INTO number;
    IF number IS NULL THEN
        INSERT INTO erasure (site_id, kind, visitors, user_hash, since, until, requested_at)
        VALUES (asked_site, asked_kind, CASE asked_kind WHEN 'visitor' THEN ARRAY[asked_visitor] END, asked_user,
            asked_since, asked_until, asked_at)
        RETURNING erasure_id INTO number;
    END IF;
    RETURN number;
END
$$;
REVOKE ALL ON FUNCTION ask_erasure FROM PUBLIC;
COMMENT ON FUNCTION ask_erasure IS 'Asks for an erasure, or makes one that has not begun yet reach to this moment; returns its number.';

-- Dead letters are looked through by site, and go by their age.
CREATE INDEX dead_letter_site ON dead_letter (site_id, dead_letter_id);
CREATE INDEX dead_letter_age ON dead_letter (buried_at);

-- ---- sites that are gone --------------------------------------------------------------------------------------------

CREATE TABLE deleted_site (
    site_id    integer     PRIMARY KEY,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    emptied_at timestamptz
);
COMMENT ON TABLE deleted_site IS
    'Numbers of sites that were deleted: what a journal still brings for them is dropped, where a site that never was would be a mistake.';
COMMENT ON COLUMN deleted_site.emptied_at IS 'When everything that was kept for it was deleted as well; null as long as that is to come.';
INSERT INTO deleted_site (site_id)
SELECT DISTINCT site_id FROM ledger
WHERE site_id > 0 AND NOT EXISTS (SELECT FROM site WHERE site.site_id = ledger.site_id);

-- Whatever way a site goes, its organisation's included.
CREATE FUNCTION note_deleted_site() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    INSERT INTO deleted_site (site_id) VALUES (OLD.site_id) ON CONFLICT DO NOTHING;
    -- Keys are good for lists of sites; one without any would open nothing, and stand there.
    DELETE FROM secret_key WHERE site_ids = ARRAY[OLD.site_id];
    UPDATE secret_key SET site_ids = array_remove(site_ids, OLD.site_id) WHERE site_ids @> ARRAY[OLD.site_id];
    RETURN NULL;
END
$$;
CREATE TRIGGER site_deleted AFTER DELETE ON site FOR EACH ROW EXECUTE FUNCTION note_deleted_site();

-- ---- writing tables anew --------------------------------------------------------------------------------------------

-- Rewrites one table, so that nothing is left of rows that were deleted: the bytes of a deleted row stay in its page until
-- another row needs the place. CLUSTER, because VACUUM FULL may stand in no function, and this one is for logins that own
-- nothing. Needs room for a second copy, and nobody reads or writes the table meanwhile.
CREATE FUNCTION rewrite_table(asked text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '5s' AS
$$
DECLARE
    index_name text;
BEGIN
    IF asked !~ '^(bot_)?event_\d{4}_\d{2}$' AND asked <> ALL (ARRAY['session', 'dictionary', 'fact_set', 'seen_event',
        'dead_letter', 'day_stat', 'day_visits', 'erasure'])
    THEN
        RAISE EXCEPTION 'no table of events: %', asked;
    END IF;
    IF to_regclass(quote_ident(asked)) IS NULL THEN
        RETURN false;
    END IF;
    SELECT relname INTO index_name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = to_regclass(quote_ident(asked)) AND indisvalid AND indpred IS NULL
    ORDER BY indisprimary DESC, relname LIMIT 1;
    EXECUTE format('CLUSTER %I USING %I', asked, index_name);
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION rewrite_table FROM PUBLIC;
COMMENT ON FUNCTION rewrite_table IS 'Writes a table of events anew, without what was deleted. False when there is none of this name.';

-- ---- retention by site ----------------------------------------------------------------------------------------------

DROP FUNCTION drop_event_partitions(integer);

-- The moment is the caller's, so that nothing depends on the server's clock.
CREATE FUNCTION drop_event_partitions(before timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
DECLARE
    oldest text := to_char(before AT TIME ZONE 'UTC', 'YYYY_MM');
    partition text;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall create_event_partition', 0));
    FOR partition IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('event'::regclass, 'bot_event'::regclass) AND right(relname, 7) < oldest
        ORDER BY relname LIKE 'bot%', relname
    LOOP
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_event_partitions FROM PUBLIC;
COMMENT ON FUNCTION drop_event_partitions IS
    'Drops the partitions of event and bot_event for the months before that of a moment.';

CREATE FUNCTION drop_empty_event_partitions(before timestamptz) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '5s' AS
$$
DECLARE
    oldest text := to_char(before AT TIME ZONE 'UTC', 'YYYY_MM');
    parent text;
    partition text;
    is_used boolean;
    dropped integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall create_event_partition', 0));
    FOR parent, partition IN
        SELECT inhparent::regclass::text, relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent IN ('event'::regclass, 'bot_event'::regclass) AND right(relname, 7) < oldest
        ORDER BY 1 DESC, 2
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', partition) INTO is_used;
        CONTINUE WHEN is_used;
        -- Once more when nobody can add to it any more: a late event may have come in between. The whole table first, as
        -- everybody locks it who reads or writes events, so that nobody waits in a circle.
        EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', parent);
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', partition);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', partition) INTO is_used;
        CONTINUE WHEN is_used;
        EXECUTE format('DROP TABLE %I', partition);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_empty_event_partitions FROM PUBLIC;
COMMENT ON FUNCTION drop_empty_event_partitions IS
    'Drops those partitions of event and bot_event for months before that of a moment that hold nothing.';

-- ---- the dashboard's login ------------------------------------------------------------------------------------------

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_site ON erasure FOR SELECT USING (site_id = (SELECT asking_site()));
CREATE POLICY of_member ON erasure USING (site_id = (SELECT asking_site())
    AND is_member((SELECT organisation_of_site((SELECT asking_site()))), (SELECT asking_person())));
-- What visitors ask for themselves, without being anybody here.
CREATE POLICY of_visitor ON erasure FOR INSERT WITH CHECK (site_id = (SELECT asking_site()) AND kind = 'visitor');
CREATE POLICY of_visitor_again ON erasure FOR UPDATE USING (site_id = (SELECT asking_site()) AND kind = 'visitor');
-- No page has business in these: no policy, no grant.
ALTER TABLE erasure_trace ENABLE ROW LEVEL SECURITY;
ALTER TABLE deleted_site ENABLE ROW LEVEL SECURITY;

-- What it granted before, whatever migrations have made of it, and what pages need for people's rights: to ask, to look how
-- far it is, and to hand out what is kept.
ALTER FUNCTION grant_dashboard(name) RENAME TO grant_dashboard_before_rights;
CREATE FUNCTION grant_dashboard(login name) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$
BEGIN
    PERFORM grant_dashboard_before_rights(login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE (requested_at) ON erasure TO %I', login);
    EXECUTE format('GRANT SELECT ON dead_letter TO %I', login);
    EXECUTE format('GRANT EXECUTE ON FUNCTION pseudonyms_of, visits_of, ask_erasure TO %I', login);
END
$$;
REVOKE ALL ON FUNCTION grant_dashboard FROM PUBLIC;
COMMENT ON FUNCTION grant_dashboard IS 'Lets a login read and write what pages need, as far as the policies show it.';

SELECT pin_search_paths();
