-- Limits of sites, tokens of their scripts, and a secret that all gateways share.

ALTER TABLE site
    ADD COLUMN events_per_second  integer CHECK (events_per_second BETWEEN 1 AND 1000000),
    ADD COLUMN needs_script_token boolean NOT NULL DEFAULT false,
    -- Computed for each row: no two sites have the same one.
    ADD COLUMN script_secret      bytea   NOT NULL
        DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
        CHECK (length(script_secret) BETWEEN 16 AND 64);
COMMENT ON COLUMN site.events_per_second IS
    'Most events in a second; null for what the gateway is set to (limits.site_events_per_second).';
COMMENT ON COLUMN site.needs_script_token IS
    'Whether events without a token of the site''s own script are put into quarantine.';
COMMENT ON COLUMN site.script_secret IS 'Makes the tokens in the site''s script (HMAC-SHA256); a new one ends them all.';

CREATE TABLE gateway_secret (
    name   text  PRIMARY KEY,
    secret bytea NOT NULL CHECK (length(secret) >= 32)
);
COMMENT ON TABLE gateway_secret IS 'Secrets that all gateways of this installation share, and that nobody else may see.';
COMMENT ON COLUMN gateway_secret.name IS '"limits" names the buckets in Redis, so that no name there leads back to an address.';
COMMENT ON COLUMN gateway_secret.secret IS 'Random bytes.';
INSERT INTO gateway_secret (name, secret)
VALUES ('limits', sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));

-- The dashboard's login has no business here: no policy, no grant.
ALTER TABLE gateway_secret ENABLE ROW LEVEL SECURITY;
