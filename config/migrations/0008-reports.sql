-- Sealed days, goals, and what reports need to find visits that go on across midnight.

ALTER TABLE site_day ADD COLUMN visits_since timestamptz;
COMMENT ON COLUMN site_day.visits_since IS
    'When the earliest visit began that was still going on on this day; null where all of its visits began on the day itself.';

CREATE TABLE day_stat (
    site_id integer NOT NULL,
    day     date    NOT NULL,
    shape   text    NOT NULL,
    version bigint  NOT NULL,
    slice   bytea   NOT NULL,
    PRIMARY KEY (site_id, day, shape)
);
COMMENT ON TABLE day_stat IS 'Sealed days: the finished numbers of a local day of a site, by what they are broken down by.';
COMMENT ON COLUMN day_stat.shape IS 'Which breakdowns: visits, details (all else about visits), edges (entry and exit pages) or events.';
COMMENT ON COLUMN day_stat.version IS 'The version of site_day of which these are the numbers; with another one they no longer count.';
COMMENT ON COLUMN day_stat.slice IS 'Sums of each breakdown in a form of our own (Sources/Reports/Engine/Slice.swift). No visitors.';

CREATE TABLE goal (
    site_id    integer     NOT NULL REFERENCES site ON DELETE CASCADE,
    name       text        NOT NULL CHECK (name <> ''),
    definition jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (site_id, name)
);
COMMENT ON TABLE goal IS 'What a site wants its visitors to do.';
COMMENT ON COLUMN goal.definition IS 'A page or an event, properties that it must have, and the property that holds its revenue.';

-- Events without a visit are looked for by every report about visits, and mostly there are none.
CREATE INDEX event_without_visit ON event (site_id, "time") WHERE session_id IS NULL;

-- Days begin elsewhere in another time zone: all days of the site are new ones.
CREATE FUNCTION rezone_site() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    DELETE FROM day_stat WHERE site_id = NEW.site_id;
    CREATE TEMP TABLE IF NOT EXISTS rezoned_day (day date PRIMARY KEY, version bigint, visits_since timestamptz) ON COMMIT DROP;
    TRUNCATE rezoned_day;
    INSERT INTO rezoned_day (day, version)
    SELECT (hour AT TIME ZONE NEW.time_zone)::date, max(known.version) + 1
    FROM (SELECT DISTINCT date_bin('15 minutes', "time", timestamptz '2000-01-01 00:00Z') AS hour
            FROM event WHERE site_id = NEW.site_id) AS hours,
        (SELECT coalesce(max(version), 0) AS version FROM site_day WHERE site_id = NEW.site_id) AS known
    GROUP BY 1;
    UPDATE rezoned_day SET visits_since = (
        SELECT min(started_at) FROM session
        WHERE site_id = NEW.site_id AND started_at < rezoned_day.day::timestamp AT TIME ZONE NEW.time_zone
            AND last_at >= (rezoned_day.day::timestamp AT TIME ZONE NEW.time_zone) - interval '2 hours');
    DELETE FROM site_day WHERE site_id = NEW.site_id;
    INSERT INTO site_day (site_id, day, version, visits_since)
    SELECT NEW.site_id, day, version, visits_since FROM rezoned_day;
    RETURN NEW;
END
$$;
CREATE TRIGGER site_rezoned AFTER UPDATE OF time_zone ON site
    FOR EACH ROW WHEN (OLD.time_zone <> NEW.time_zone) EXECUTE FUNCTION rezone_site();

-- What is there already: visits that went on across midnight.
UPDATE site_day SET visits_since = (
    SELECT min(started_at) FROM session, site
    WHERE site.site_id = site_day.site_id AND session.site_id = site_day.site_id
        AND started_at < site_day.day::timestamp AT TIME ZONE site.time_zone
        AND started_at >= (site_day.day::timestamp AT TIME ZONE site.time_zone) - interval '2 days'
        AND last_at >= (site_day.day::timestamp AT TIME ZONE site.time_zone) - interval '2 hours');
