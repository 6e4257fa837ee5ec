-- Acknowledgment by site, secret keys of servers, dead letters that can be tried again.

ALTER TABLE site ADD COLUMN ack text CHECK (ack IN ('fsync', 'journal'));
COMMENT ON COLUMN site.ack IS
    'How safe an event is when its sender is told that it was taken; null for what the gateway is set to (journal.ack).';

CREATE TABLE secret_key (
    key_hash   text        PRIMARY KEY,
    site_id    integer     NOT NULL REFERENCES site ON DELETE CASCADE,
    beginning  text        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX secret_key_site ON secret_key (site_id);
COMMENT ON TABLE secret_key IS 'Keys with which servers send events: their hashes, for the keys are shown once.';
COMMENT ON COLUMN secret_key.key_hash IS 'BLAKE2b-128 of the key in hexadecimal without leading zeros; the key has 160 random bits.';
COMMENT ON COLUMN secret_key.beginning IS 'First characters of the key, to tell it from others.';

ALTER TABLE dead_letter ADD COLUMN entry bytea;
COMMENT ON COLUMN dead_letter.entry IS
    'The event in the form of the journal (version 1), from which footfall dead retry stores it; null for older letters.';
