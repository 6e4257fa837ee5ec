-- What the loader remembers, always in the transaction of the rows that it is about.

CREATE TABLE journal_cursor (
    journal  uuid   NOT NULL,
    store    text   NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (journal, store)
);
COMMENT ON TABLE journal_cursor IS 'How far each gateway''s journal is loaded: exactly once, because it moves with the rows.';
COMMENT ON COLUMN journal_cursor.store IS 'Id of the store in the chain.';
COMMENT ON COLUMN journal_cursor.position IS 'Sequence number of the last hit that is stored.';

CREATE TABLE seen_event (
    event_id uuid        NOT NULL,
    seen_at  timestamptz NOT NULL,
    site_id  integer     NOT NULL,
    -- In this order the first column decides nearly every comparison.
    PRIMARY KEY (event_id, site_id)
);
CREATE INDEX seen_event_expiry ON seen_event (seen_at);
COMMENT ON TABLE seen_event IS 'Ids of the events of the last 48 hours: a second delivery is recognised here.';

CREATE TABLE dead_letter (
    dead_letter_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    journal        uuid        NOT NULL,
    sequence       bigint      NOT NULL,
    event_id       uuid        NOT NULL,
    buried_at      timestamptz NOT NULL DEFAULT now(),
    site_id        integer     NOT NULL,
    store          text        NOT NULL,
    reason         text        NOT NULL,
    hit            bytea       NOT NULL,
    UNIQUE (journal, sequence, store)
);
COMMENT ON TABLE dead_letter IS 'Events that cannot be stored, with the reason.';
COMMENT ON COLUMN dead_letter.hit IS 'The event as JSON in UTF-8; not jsonb, which may be what could not take it.';

CREATE TABLE ledger (
    site_id integer NOT NULL,
    day     date    NOT NULL,
    outcome text    NOT NULL,
    reason  text    NOT NULL DEFAULT '',
    count   bigint  NOT NULL,
    PRIMARY KEY (site_id, day, outcome, reason)
);
COMMENT ON TABLE ledger IS 'What became of the events of a day: stored, duplicate, dead, dropped (why), rejected (why).';
COMMENT ON COLUMN ledger.day IS 'Day (UTC) on which the gateway received the events.';

CREATE TABLE site_day (
    site_id integer NOT NULL,
    day     date    NOT NULL,
    version bigint  NOT NULL,
    PRIMARY KEY (site_id, day)
) WITH (fillfactor = 50);
COMMENT ON TABLE site_day IS 'Days of a site (its time zone) with a number that grows whenever their reports change.';

CREATE TABLE job_run (
    job      text        PRIMARY KEY,
    last_at  timestamptz NOT NULL
);
COMMENT ON TABLE job_run IS 'When each scheduled job last ran to its end, in whichever process.';
