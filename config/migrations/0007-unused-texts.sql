-- Texts and sets of facts go with the last event that used them.

CREATE TABLE text_epoch (
    is_the_one boolean PRIMARY KEY DEFAULT true CHECK (is_the_one),
    epoch      bigint  NOT NULL
);
INSERT INTO text_epoch (epoch) VALUES (1);
COMMENT ON TABLE text_epoch IS
    'A number that grows whenever texts are deleted: then loaders forget which ones they know to be stored.';

-- Loaders hold the lock shared for the length of a batch: nobody stores an event meanwhile whose text is about to go.
CREATE FUNCTION sweep_unused_texts() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
$$
DECLARE
    deleted bigint;
    more bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('footfall texts', 0));
    UPDATE text_epoch SET epoch = epoch + 1;
    CREATE TEMP TABLE used_text ON COMMIT DROP AS
        SELECT site_id, text_id FROM (
            SELECT site_id, unnest(ARRAY[name_id, hostname_id, path_id, title_id, source_id, referrer_host_id,
                referrer_path_id]) AS text_id FROM event
            UNION ALL
            SELECT site_id, unnest(ARRAY[name_id, hostname_id, path_id, title_id, source_id, referrer_host_id,
                referrer_path_id]) FROM bot_event
            UNION ALL
            SELECT site_id, unnest(ARRAY[hostname_id, source_id, referrer_host_id, referrer_path_id, entry_path_id,
                exit_path_id]) FROM session
        ) AS every_use
        WHERE text_id IS NOT NULL
        GROUP BY site_id, text_id;
    CREATE TEMP TABLE used_facts ON COMMIT DROP AS
        SELECT site_id, facts_id FROM (
            SELECT site_id, unnest(ARRAY[facts_id, device_id, place_id, acquisition_id]) AS facts_id FROM event
            UNION ALL
            SELECT site_id, unnest(ARRAY[facts_id, device_id, place_id, acquisition_id]) FROM bot_event
            UNION ALL
            SELECT site_id, unnest(ARRAY[facts_id, device_id, place_id, acquisition_id]) FROM session
        ) AS every_use
        WHERE facts_id IS NOT NULL
        GROUP BY site_id, facts_id;
    DELETE FROM dictionary WHERE NOT EXISTS (
        SELECT FROM used_text
        WHERE used_text.site_id = dictionary.site_id AND used_text.text_id = dictionary.text_id);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    DELETE FROM fact_set WHERE NOT EXISTS (
        SELECT FROM used_facts
        WHERE used_facts.site_id = fact_set.site_id AND used_facts.facts_id = fact_set.facts_id);
    GET DIAGNOSTICS more = ROW_COUNT;
    RETURN deleted + more;
END
$$;
REVOKE ALL ON FUNCTION sweep_unused_texts FROM PUBLIC;
COMMENT ON FUNCTION sweep_unused_texts IS
    'Deletes texts and sets of facts that no event and no visit uses any more. Loaders wait meanwhile.';
