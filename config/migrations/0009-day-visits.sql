-- The visits of sealed days as columns, and days whose events are gone.

CREATE TABLE day_visits (
    site_id integer NOT NULL,
    day     date    NOT NULL,
    version bigint  NOT NULL,
    visits  bytea   NOT NULL,
    PRIMARY KEY (site_id, day)
);
COMMENT ON TABLE day_visits IS
    'The visits of sealed days with their events, as columns: filters on past days are computed from these.';
-- They are compressed already.
ALTER TABLE day_visits ALTER visits SET STORAGE EXTERNAL;
COMMENT ON COLUMN day_visits.version IS 'The version of site_day whose visits these are; with another one they no longer count.';
COMMENT ON COLUMN day_visits.visits IS
    'Columns in a form of our own (Sources/Reports/Engine/Columns/DayVisitsBytes.swift). Visitors are numbers within the day, no pseudonyms.';
COMMENT ON COLUMN day_stat.slice IS
    'Sums of each breakdown in a form of our own (Sources/Reports/Engine/Slice.swift). No visitors; where their ids outlive a day, a sketch of how many there are (HyperLogLog), in which nobody is found.';
COMMENT ON COLUMN day_stat.shape IS
    'Which breakdowns: visits, details (all else about visits), edges (entry and exit pages), pages, events, topics (page groups and searches).';

ALTER TABLE day_stat ADD COLUMN has_texts boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN day_stat.has_texts IS
    'Whether the texts stand in the slice itself: its events are gone or about to go, and with them the dictionary''s. Such a day is not sealed again.';

-- Days begin elsewhere in another time zone: all days of the site are new ones, but for those whose events are gone.
CREATE OR REPLACE FUNCTION rezone_site() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
BEGIN
    DELETE FROM day_visits WHERE site_id = NEW.site_id;
    DELETE FROM day_stat WHERE site_id = NEW.site_id AND NOT has_texts;
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
    DELETE FROM site_day WHERE site_id = NEW.site_id AND NOT EXISTS (
        SELECT FROM day_stat WHERE day_stat.site_id = NEW.site_id AND day_stat.day = site_day.day);
    INSERT INTO site_day (site_id, day, version, visits_since)
    SELECT NEW.site_id, day, version, visits_since FROM rezoned_day
    ON CONFLICT (site_id, day) DO NOTHING;
    RETURN NEW;
END
$$;
