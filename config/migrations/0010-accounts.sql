-- Organisations, their people, sites and keys; and row-level security beneath every page.
--
-- Two logins: the owner of all this (loader, jobs, `footfall` in a terminal), for whom no policy holds, and the one of the
-- dashboard, which `grant_dashboard` lets see what the policies show and nothing else. What it may see depends on five
-- settings that say on whose behalf a question is asked; without them it sees nothing.

CREATE TABLE organisation (
    organisation_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name            text        NOT NULL CHECK (name <> ''),
    created_at      timestamptz NOT NULL DEFAULT now(),
    delete_at       timestamptz,
    brand_name      text,
    brand_colour    text        CHECK (brand_colour ~ '^#[0-9a-f]{6}$'),
    brand_logo      bytea,
    brand_logo_type text,
    names_footfall  boolean     NOT NULL DEFAULT true,
    script_path     text        CHECK (script_path LIKE '/_%'),
    endpoint_path   text        CHECK (endpoint_path LIKE '/_%')
);
COMMENT ON TABLE organisation IS 'Who owns sites: its people see them, and nobody else does.';
COMMENT ON COLUMN organisation.delete_at IS 'When it will be deleted with all its sites; until then that can be taken back.';
COMMENT ON COLUMN organisation.brand_name IS 'Shown instead of Footfall on its pages, in its mail and on shared links.';
COMMENT ON COLUMN organisation.script_path IS 'Under which name its pages load the script, where its nginx gives it another one than /footfall.js.';
COMMENT ON COLUMN organisation.endpoint_path IS 'Where its script sends, where that is not /e.';
COMMENT ON COLUMN organisation.names_footfall IS 'Whether pages say "powered by Footfall".';

CREATE TABLE person (
    person_id        integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email            text        NOT NULL UNIQUE CHECK (email = lower(email) AND email LIKE '%_@_%'),
    name             text        NOT NULL DEFAULT '',
    password_hash    text,
    totp_secret      bytea,
    totp_last_step   bigint      NOT NULL DEFAULT 0,
    has_second_factor boolean    NOT NULL DEFAULT false,
    has_proven_email boolean     NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE person IS 'Somebody who may sign in.';
COMMENT ON COLUMN person.password_hash IS 'argon2id, with its parameters; null for people who only come through the single sign-on.';
COMMENT ON COLUMN person.has_proven_email IS 'Whether the operator or the single sign-on has said that the address is theirs: what people type proves nothing.';
COMMENT ON COLUMN person.totp_secret IS 'The key of the second factor (RFC 6238); one that is not confirmed yet has has_second_factor false.';
COMMENT ON COLUMN person.totp_last_step IS 'Time step of the last code: none is taken twice.';

CREATE TABLE recovery_code (
    person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
    code_hash text    NOT NULL,
    PRIMARY KEY (person_id, code_hash)
);
COMMENT ON TABLE recovery_code IS 'Codes instead of the second factor, each for once; hashes only.';

CREATE TABLE membership (
    organisation_id integer     NOT NULL REFERENCES organisation ON DELETE CASCADE,
    person_id       integer     NOT NULL REFERENCES person ON DELETE CASCADE,
    role            text        NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer', 'guest')),
    joined_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organisation_id, person_id)
);
CREATE INDEX membership_person ON membership (person_id);
COMMENT ON TABLE membership IS 'Who belongs to which organisation, and as what. Guests see the sites that site_access names.';

CREATE TABLE team (
    team_id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id integer NOT NULL REFERENCES organisation ON DELETE CASCADE,
    name            text    NOT NULL CHECK (name <> ''),
    UNIQUE (organisation_id, name)
);
COMMENT ON TABLE team IS 'People of an organisation who are given sites together.';

CREATE TABLE team_member (
    team_id   integer NOT NULL REFERENCES team ON DELETE CASCADE,
    person_id integer NOT NULL REFERENCES person ON DELETE CASCADE,
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX team_member_person ON team_member (person_id);
COMMENT ON TABLE team_member IS 'Who belongs to which team.';

ALTER TABLE site
    ADD COLUMN organisation_id  integer REFERENCES organisation ON DELETE CASCADE,
    ADD COLUMN delete_at        timestamptz,
    ADD COLUMN is_public        boolean NOT NULL DEFAULT false,
    ADD COLUMN embed_hosts      text[]  NOT NULL DEFAULT '{}';
CREATE INDEX site_organisation ON site (organisation_id);
COMMENT ON COLUMN site.organisation_id IS 'Whose it is; null for a site that was added before there was anybody.';
COMMENT ON COLUMN site.delete_at IS 'When it will be deleted with all its events; until then that can be taken back.';
COMMENT ON COLUMN site.is_public IS 'Whether everybody may read its reports, without signing in.';
COMMENT ON COLUMN site.embed_hosts IS 'Hosts whose pages may show its shared links in a frame; a leading *. stands for every subdomain.';

CREATE TABLE site_access (
    site_id   integer NOT NULL REFERENCES site ON DELETE CASCADE,
    person_id integer REFERENCES person ON DELETE CASCADE,
    team_id   integer REFERENCES team ON DELETE CASCADE,
    role      text    NOT NULL CHECK (role IN ('editor', 'viewer')),
    CHECK (num_nonnulls(person_id, team_id) = 1)
);
CREATE UNIQUE INDEX site_access_person ON site_access (person_id, site_id) WHERE person_id IS NOT NULL;
CREATE UNIQUE INDEX site_access_team ON site_access (team_id, site_id) WHERE team_id IS NOT NULL;
CREATE INDEX site_access_site ON site_access (site_id);
COMMENT ON TABLE site_access IS 'Single sites for single people or teams, beyond what their role in the organisation gives.';

CREATE TABLE invitation (
    invitation_id   integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id integer     NOT NULL REFERENCES organisation ON DELETE CASCADE,
    email           text        CHECK (email = lower(email)),
    role            text        NOT NULL CHECK (role IN ('owner', 'admin', 'editor', 'viewer', 'guest')),
    site_id         integer     REFERENCES site ON DELETE CASCADE,
    site_role       text        CHECK (site_role IN ('editor', 'viewer')),
    token_hash      text        NOT NULL UNIQUE,
    created_by      integer     REFERENCES person ON DELETE CASCADE,
    created_at      timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    CHECK ((site_id IS NULL) = (site_role IS NULL))
);
CREATE INDEX invitation_organisation ON invitation (organisation_id);
COMMENT ON TABLE invitation IS 'Links that make whoever has them a member, once. Of the link only a hash is kept.';
COMMENT ON COLUMN invitation.email IS 'Whom it is for; only that address can take it. Null for whoever has the link.';

CREATE TABLE one_time_link (
    token_hash text        PRIMARY KEY,
    purpose    text        NOT NULL CHECK (purpose IN ('set_up', 'password')),
    person_id  integer     REFERENCES person ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    CHECK ((purpose = 'password') = (person_id IS NOT NULL))
);
COMMENT ON TABLE one_time_link IS 'Links for the first person of an installation, and for people who need a password. Hashes only.';

CREATE TABLE person_session (
    person_session_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id         integer     NOT NULL REFERENCES person ON DELETE CASCADE,
    token_hash        text        NOT NULL UNIQUE,
    created_at        timestamptz NOT NULL DEFAULT now(),
    seen_at           timestamptz NOT NULL DEFAULT now(),
    expires_at        timestamptz NOT NULL,
    device            text        NOT NULL DEFAULT '',
    network           text        NOT NULL DEFAULT ''
);
CREATE INDEX person_session_person ON person_session (person_id);
COMMENT ON TABLE person_session IS 'Where somebody is signed in. A row that is deleted signs out at once.';
COMMENT ON COLUMN person_session.token_hash IS 'SHA-256 of the token in the browser''s cookie.';
COMMENT ON COLUMN person_session.network IS 'Truncated address: /24 of IPv4, /48 of IPv6.';

-- One key may send for several sites or read several, of one organisation.
ALTER TABLE secret_key
    ADD COLUMN secret_key_id   integer GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN organisation_id integer REFERENCES organisation ON DELETE CASCADE,
    ADD COLUMN site_ids        integer[],
    ADD COLUMN name            text NOT NULL DEFAULT '',
    ADD COLUMN scopes          text[] NOT NULL DEFAULT '{send}' CHECK (scopes <@ '{send,read}' AND scopes <> '{}'),
    ADD COLUMN created_by      integer REFERENCES person ON DELETE SET NULL,
    ADD COLUMN expires_at      timestamptz,
    ADD COLUMN last_used_on    date;
UPDATE secret_key SET site_ids = ARRAY[site_id];
ALTER TABLE secret_key DROP COLUMN site_id;
CREATE INDEX secret_key_organisation ON secret_key (organisation_id);
COMMENT ON COLUMN secret_key.site_ids IS 'The sites that it is good for; null for all of the organisation.';
COMMENT ON COLUMN secret_key.scopes IS 'send: events (ff_sk_…); read: reports (ff_rk_…).';
COMMENT ON COLUMN secret_key.last_used_on IS 'Day (UTC) of the last use.';

CREATE TABLE shared_link (
    shared_link_id integer     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site_id        integer     NOT NULL REFERENCES site ON DELETE CASCADE,
    name           text        NOT NULL CHECK (name <> ''),
    token          text        NOT NULL UNIQUE,
    password_hash  text,
    filters        text        NOT NULL DEFAULT '',
    may_embed      boolean     NOT NULL DEFAULT false,
    created_by     integer     REFERENCES person ON DELETE SET NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    last_used_on   date
);
CREATE INDEX shared_link_site ON shared_link (site_id);
COMMENT ON TABLE shared_link IS 'Links that show the reports of a site to whoever has them.';
COMMENT ON COLUMN shared_link.token IS 'In plain text, unlike all other secrets: the link is shown again to those who share it, and opens nothing else.';
COMMENT ON COLUMN shared_link.filters IS 'Filters that cannot be taken away, as they stand in a report''s address.';

CREATE TABLE audit_entry (
    audit_entry_id  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id integer,
    person_id       integer,
    person_name     text        NOT NULL,
    action          text        NOT NULL,
    object          text        NOT NULL DEFAULT '',
    network         text        NOT NULL DEFAULT '',
    "time"          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_entry_organisation ON audit_entry (organisation_id, audit_entry_id);
CREATE INDEX audit_entry_person ON audit_entry (person_id, audit_entry_id);
COMMENT ON TABLE audit_entry IS 'Who did what, from where and when. The dashboard''s login can add rows and change none.';
COMMENT ON COLUMN audit_entry.person_name IS 'As it was then: the person may be gone.';
COMMENT ON COLUMN audit_entry.network IS 'Truncated address: /24 of IPv4, /48 of IPv6; empty for the operator''s terminal.';

-- ---- on whose behalf ------------------------------------------------------------------------------------------------

-- A login that owns the tables is subject to no policy, so these matter to the dashboard's only.

CREATE FUNCTION asking_site() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('footfall.site', true), '')::integer;
CREATE FUNCTION asking_organisation() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('footfall.organisation', true), '')::integer;
CREATE FUNCTION asking_person() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('footfall.person', true), '')::integer;
CREATE FUNCTION asking_email() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('footfall.email', true), '');
CREATE FUNCTION asking_secret() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('footfall.secret', true), '');
COMMENT ON FUNCTION asking_site IS 'The site whose numbers are asked for; null for none.';
COMMENT ON FUNCTION asking_organisation IS 'The organisation in whose name something is read or changed; null for none.';
COMMENT ON FUNCTION asking_person IS 'The person who is signed in; null for nobody.';
COMMENT ON FUNCTION asking_email IS 'The address of somebody who is about to sign in, or to be made known; null for none.';
COMMENT ON FUNCTION asking_secret IS 'The hash or token that somebody has shown: it opens the row that has it; null for none.';

-- What a policy may look at without being subject to policies itself. Every page asks: in plpgsql, which plans once for a
-- session and not once for each statement, a page is a millisecond faster.
CREATE FUNCTION is_member(organisation integer, person integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    RETURN EXISTS (SELECT FROM membership WHERE organisation_id = organisation AND person_id = person);
END
$$;
CREATE FUNCTION organisation_of_site(asked integer) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    RETURN (SELECT organisation_id FROM site WHERE site_id = asked);
END
$$;
CREATE FUNCTION organisation_of_team(asked integer) RETURNS integer
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    RETURN (SELECT organisation_id FROM team WHERE team_id = asked);
END
$$;
REVOKE ALL ON FUNCTION is_member, organisation_of_site, organisation_of_team FROM PUBLIC;

-- The number of a site by its domain, for everybody: pages that need no sign-in begin with it. It opens nothing.
CREATE FUNCTION site_of_domain(domain_asked text) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT site_id FROM site WHERE domain = domain_asked
$$;
REVOKE ALL ON FUNCTION site_of_domain FROM PUBLIC;

-- Whether there is anybody: before that, the set-up link is all that opens.
CREATE FUNCTION has_person() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    SELECT EXISTS (SELECT FROM person)
$$;
REVOKE ALL ON FUNCTION has_person FROM PUBLIC;

-- The sites that were added before there was anybody become those of the first organisation.
CREATE FUNCTION adopt_sites() RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
    UPDATE site SET organisation_id = (SELECT organisation_id FROM organisation)
    WHERE organisation_id IS NULL AND (SELECT count(*) FROM organisation) = 1;
    UPDATE secret_key SET organisation_id = (SELECT organisation_id FROM organisation)
    WHERE organisation_id IS NULL AND (SELECT count(*) FROM organisation) = 1
$$;
REVOKE ALL ON FUNCTION adopt_sites FROM PUBLIC;

-- The organisations that would have no owner without this person, who is the one that asks. The locks keep two owners from
-- leaving at the same moment.
CREATE FUNCTION owned_alone(asked integer) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    PERFORM FROM organisation JOIN membership USING (organisation_id)
        WHERE person_id = asked AND role = 'owner' ORDER BY organisation_id FOR UPDATE OF organisation;
    RETURN QUERY SELECT name FROM organisation JOIN membership AS own USING (organisation_id)
        WHERE own.person_id = asked AND own.role = 'owner' AND delete_at IS NULL
            AND (pg_has_role(session_user, current_user, 'MEMBER') OR asked = asking_person())
            AND NOT EXISTS (SELECT FROM membership AS other WHERE other.organisation_id = organisation.organisation_id
                AND other.role = 'owner' AND other.person_id <> asked)
        ORDER BY name;
END
$$;
REVOKE ALL ON FUNCTION owned_alone FROM PUBLIC;

-- A temporary table must not stand in for one of ours in what runs with the owner's rights. PostgreSQL looks for one first
-- wherever the path does not say otherwise (its manual, CREATE FUNCTION, "Writing SECURITY DEFINER Functions Safely").
CREATE FUNCTION pin_search_paths() RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    definer regprocedure;
BEGIN
    FOR definer IN SELECT oid FROM pg_proc WHERE prosecdef AND pronamespace = current_schema()::regnamespace LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path TO %I, pg_temp', definer, current_schema());
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION pin_search_paths FROM PUBLIC;
COMMENT ON FUNCTION pin_search_paths IS 'At the end of every migration that makes a function with the owner''s rights.';
SELECT pin_search_paths();

-- ---- policies -------------------------------------------------------------------------------------------------------

-- (SELECT asking_…()): asked once for each query, not once for each row.

-- Numbers are shown on behalf of a site to whoever may read its reports, also to nobody in particular. Whoever changes
-- something of a site must say besides who they are.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['event', 'bot_event', 'session', 'dictionary', 'fact_set', 'day_stat', 'day_visits', 'site_day',
        'ledger', 'goal', 'dead_letter', 'seen_event', 'shared_link']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_site ON %I FOR SELECT USING (site_id = (SELECT asking_site()))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['goal', 'shared_link'] LOOP
        EXECUTE format('CREATE POLICY of_member ON %I USING (site_id = (SELECT asking_site()) '
            'AND is_member((SELECT organisation_of_site((SELECT asking_site()))), (SELECT asking_person())))', name);
    END LOOP;
    -- Nothing in these is anybody's in particular, and no page reads them.
    FOREACH name IN ARRAY ARRAY['journal_cursor', 'job_run', 'text_epoch'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    END LOOP;
END
$$;

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY itself ON organisation USING (organisation_id = (SELECT asking_organisation()));
CREATE POLICY of_member ON organisation FOR SELECT USING (is_member(organisation_id, (SELECT asking_person())));
CREATE POLICY of_site ON organisation FOR SELECT
    USING (organisation_id = (SELECT organisation_of_site((SELECT asking_site()))));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY itself ON person USING (person_id = (SELECT asking_person()) OR email = (SELECT asking_email()));
CREATE POLICY of_organisation ON person FOR SELECT
    USING (is_member((SELECT asking_organisation()), person_id));

ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_person ON recovery_code USING (person_id = (SELECT asking_person()));

ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON membership USING (organisation_id = (SELECT asking_organisation()));
CREATE POLICY of_person ON membership FOR SELECT USING (person_id = (SELECT asking_person()));

ALTER TABLE team ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON team USING (organisation_id = (SELECT asking_organisation()));

ALTER TABLE team_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON team_member
    USING (organisation_of_team(team_id) = (SELECT asking_organisation()))
    WITH CHECK (organisation_of_team(team_id) = (SELECT asking_organisation())
        AND is_member((SELECT asking_organisation()), person_id));
CREATE POLICY of_person ON team_member FOR SELECT USING (person_id = (SELECT asking_person()));

ALTER TABLE site ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON site USING (organisation_id = (SELECT asking_organisation()));
CREATE POLICY itself ON site FOR SELECT USING (site_id = (SELECT asking_site()));
CREATE POLICY of_member ON site FOR SELECT USING (is_member(organisation_id, (SELECT asking_person())));
-- Moving it: the person must belong to where it goes.
CREATE POLICY to_organisation ON site FOR UPDATE
    USING (organisation_id = (SELECT asking_organisation()))
    WITH CHECK (is_member(organisation_id, (SELECT asking_person())));

ALTER TABLE site_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON site_key USING (organisation_of_site(site_id) = (SELECT asking_organisation()));
CREATE POLICY of_site ON site_key FOR SELECT USING (site_id = (SELECT asking_site()));
CREATE POLICY of_member ON site_key FOR SELECT
    USING (is_member(organisation_of_site(site_id), (SELECT asking_person())));

ALTER TABLE site_access ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON site_access
    USING (organisation_of_site(site_id) = (SELECT asking_organisation()))
    WITH CHECK (organisation_of_site(site_id) = (SELECT asking_organisation())
        AND (person_id IS NULL OR is_member((SELECT asking_organisation()), person_id))
        AND (team_id IS NULL OR organisation_of_team(team_id) = (SELECT asking_organisation())));
CREATE POLICY of_person ON site_access FOR SELECT
    USING (person_id = (SELECT asking_person())
        OR team_id IN (SELECT team_id FROM team_member WHERE person_id = (SELECT asking_person())));

ALTER TABLE invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON invitation USING (organisation_id = (SELECT asking_organisation()));
CREATE POLICY of_secret ON invitation FOR SELECT USING (token_hash = (SELECT asking_secret()));
CREATE POLICY used_up ON invitation FOR DELETE USING (token_hash = (SELECT asking_secret()));

ALTER TABLE one_time_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_secret ON one_time_link USING (token_hash = (SELECT asking_secret()));

ALTER TABLE person_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_person ON person_session USING (person_id = (SELECT asking_person()));
CREATE POLICY of_secret ON person_session FOR SELECT USING (token_hash = (SELECT asking_secret()));

ALTER TABLE secret_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON secret_key USING (organisation_id = (SELECT asking_organisation()));
CREATE POLICY of_secret ON secret_key FOR SELECT USING (key_hash = (SELECT asking_secret()));
CREATE POLICY used ON secret_key FOR UPDATE USING (key_hash = (SELECT asking_secret()));

CREATE POLICY of_secret ON shared_link FOR SELECT USING (token = (SELECT asking_secret()));
CREATE POLICY used ON shared_link FOR UPDATE USING (token = (SELECT asking_secret()));

ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_organisation ON audit_entry
    USING (organisation_id = (SELECT asking_organisation()) OR person_id = (SELECT asking_person()));

-- ---- the dashboard's login ------------------------------------------------------------------------------------------

-- Called by `footfall migrate` with the login of database.web_url, every time: what a later migration adds is granted, too.
CREATE FUNCTION grant_dashboard(login name) RETURNS void
    LANGUAGE plpgsql SET search_path FROM CURRENT AS
$$
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), login);
    EXECUTE format('GRANT SELECT ON event, bot_event, session, dictionary, fact_set, day_stat, day_visits, site_day, '
        'ledger TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON goal, membership, team, team_member, site_access, '
        'person_session, site_key TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, DELETE ON invitation, recovery_code, secret_key, shared_link TO %I', login);
    EXECUTE format('GRANT UPDATE (last_used_on) ON shared_link TO %I', login);
    EXECUTE format('GRANT UPDATE (last_used_on, site_ids) ON secret_key TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON site, organisation TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON person TO %I', login);
    EXECUTE format('GRANT SELECT, DELETE ON one_time_link TO %I', login);
    EXECUTE format('GRANT SELECT, INSERT ON audit_entry TO %I', login);
    EXECUTE format('GRANT USAGE ON SEQUENCE organisation_organisation_id_seq TO %I', login);
    EXECUTE format('GRANT EXECUTE ON FUNCTION is_member, organisation_of_site, organisation_of_team, site_of_domain, '
        'has_person, adopt_sites, owned_alone TO %I', login);
END
$$;
REVOKE ALL ON FUNCTION grant_dashboard FROM PUBLIC;
COMMENT ON FUNCTION grant_dashboard IS 'Lets a login read and write what pages need, as far as the policies show it.';
