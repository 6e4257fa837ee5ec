-- Sites and the public keys under which their pages send events.

CREATE TABLE site (
    site_id    integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain     text        NOT NULL UNIQUE CHECK (domain = lower(domain) AND domain <> ''),
    -- The check fails with "time zone … not recognized" for a zone that PostgreSQL does not know.
    time_zone  text        NOT NULL DEFAULT 'UTC' CHECK ((timestamp '2000-01-01' AT TIME ZONE time_zone) IS NOT NULL),
    hosts      text[]      NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE site IS 'A website whose events are kept apart from all others.';
COMMENT ON COLUMN site.domain IS 'Names the site in the dashboard, lower case, such as example.com.';
COMMENT ON COLUMN site.time_zone IS 'IANA name of the zone in which the site''s days begin.';
COMMENT ON COLUMN site.hosts IS 'Hosts whose pages may send events, lower case; a leading *. stands for every subdomain.';

CREATE TABLE site_key (
    key        text        PRIMARY KEY CHECK (key <> ''),
    site_id    integer     NOT NULL REFERENCES site ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX site_key_site ON site_key (site_id);
COMMENT ON TABLE site_key IS 'Public keys: they stand in the pages'' source and can do nothing but send events.';
