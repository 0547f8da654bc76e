from django.db import migrations

# `words` null: all of the value goes. `shortest`: shorter words than that are no sure sign of a copy.
WITHOUT = """
CREATE FUNCTION accelerator_without(value text, words text[], shortest integer, put text)
RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    kept text := btrim(value, E' \\t\\r\\n');
    word text;
BEGIN
    IF value IS NULL OR kept = '' THEN RETURN value; END IF;
    IF words IS NULL THEN RETURN put; END IF;
    FOREACH word IN ARRAY words LOOP
        IF kept = btrim(word, E' \\t\\r\\n') THEN RETURN put; END IF;
        IF length(kept) >= greatest(shortest, 10) AND position(' ' IN kept) > 0
            AND position(kept IN word) > 0
        THEN RETURN put; END IF;
        IF word <> '' AND length(word) >= shortest THEN
            value := replace(value, word, put);
        END IF;
    END LOOP;
    RETURN value;
END $$;

CREATE FUNCTION accelerator_json_without(value jsonb, words text[], shortest integer, put text)
RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(value)
        WHEN 'string' THEN to_jsonb(accelerator_without(value #>> '{}', words, shortest, put))
        WHEN 'array' THEN (
            SELECT coalesce(
                jsonb_agg(accelerator_json_without(one, words, shortest, put) ORDER BY place), '[]')
            FROM jsonb_array_elements(value) WITH ORDINALITY AS each(one, place))
        WHEN 'object' THEN (
            SELECT coalesce(
                jsonb_object_agg(key, accelerator_json_without(one, words, shortest, put)), '{}')
            FROM jsonb_each(value) AS each(key, one))
        ELSE value
    END;
END $$;
"""

# Which columns hold words: replaced by `accelerator.core.redaction` after every `migrate`.
FREE_TEXT = """
CREATE OR REPLACE FUNCTION accelerator_free_text()
RETURNS TABLE (held_in text, named text, versioned text, events text)
LANGUAGE sql IMMUTABLE AS $$ SELECT ''::text, ''::text, ''::text, ''::text WHERE false $$;
"""

REDACT = """
CREATE FUNCTION accelerator_redact(
    who bigint, mode text, kind text, reason text, target text, cells jsonb
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    put text;
    cell jsonb;
    words text[];
    known record;
    key_name text;
    key_type text;
    type_name text;
    longest integer;
    expression text;
    grows text;
    changed integer;
    total integer := 0;
BEGIN
    put := CASE mode
        WHEN 'removed' THEN '[removed on '
            || to_char(now() AT TIME ZONE 'Europe/London', 'FMDD FMMonth YYYY') || ']'
        WHEN 'cleared' THEN ''
        WHEN 'former' THEN 'a former member'
    END;
    IF put IS NULL THEN RAISE EXCEPTION 'there is no mode %', mode; END IF;
    IF who IS NULL OR coalesce(kind, '') = '' OR (mode <> 'cleared' AND btrim(reason) = '') THEN
        RAISE EXCEPTION 'a removal names who, why and what kind'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'redaction_names_who_and_why';
    END IF;
    PERFORM set_config('pgtrigger.ignore', (
        SELECT coalesce(array_agg(DISTINCT tgname), '{}')::text FROM pg_trigger
        WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger\\_%'
    ), true);
    FOR cell IN SELECT * FROM jsonb_array_elements(cells) LOOP
        SELECT * INTO known FROM accelerator_free_text()
            WHERE held_in = cell ->> 'table' AND named = cell ->> 'column';
        IF NOT FOUND THEN
            RAISE EXCEPTION '%.% is in no list of free text', cell ->> 'table', cell ->> 'column'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'redaction_of_free_text';
        END IF;
        SELECT a.attname, format_type(a.atttypid, NULL) INTO key_name, key_type
            FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
            WHERE i.indrelid = known.held_in::regclass AND i.indisprimary;
        SELECT format_type(a.atttypid, NULL), nullif(a.atttypmod, -1) - 4 INTO type_name, longest
            FROM pg_attribute a
            WHERE a.attrelid = known.held_in::regclass AND a.attname = known.named;
        words := CASE WHEN cell ? 'words' THEN
            ARRAY(SELECT jsonb_array_elements_text(cell -> 'words')) END;
        IF type_name = 'jsonb' THEN
            IF words IS NULL THEN RAISE EXCEPTION 'of JSON, only words that are given'; END IF;
            expression := format('accelerator_json_without(%I, $2, $3, $4)', known.named);
            IF cell ? 'key' THEN
                expression := format(
                    'CASE WHEN %1$I ? $5 THEN jsonb_set(%1$I, ARRAY[$5],'
                    ' accelerator_json_without(%1$I -> $5, $2, $3, $4)) ELSE %1$I END',
                    known.named);
            END IF;
        ELSE
            expression := format('accelerator_without(%I, $2, $3, $4)', known.named);
            IF longest IS NOT NULL THEN
                expression := format('left(%s, %s)', expression, longest);
            END IF;
        END IF;
        -- Whoever saves this row just now is waited for, and the history they write is seen.
        EXECUTE format('SELECT 1 FROM %I WHERE %I = $1::%s FOR UPDATE',
            known.held_in, key_name, key_type) USING cell ->> 'id';
        grows := CASE WHEN known.versioned = '' THEN ''
            ELSE format(', %1$I = %1$I + 1', known.versioned) END;
        EXECUTE format('UPDATE %1$I SET %2$I = %3$s%4$s WHERE %5$I = $1::%6$s'
            ' AND %2$I IS DISTINCT FROM %3$s',
            known.held_in, known.named, expression, grows, key_name, key_type)
            USING cell ->> 'id', words, coalesce((cell ->> 'shortest')::integer, 1), put, cell ->> 'key';
        GET DIAGNOSTICS changed = ROW_COUNT;
        total := total + changed;
        IF known.events <> '' THEN
            EXECUTE format('UPDATE %1$I SET %2$I = %3$s WHERE pgh_obj_id = $1::%4$s'
                ' AND %2$I IS DISTINCT FROM %3$s',
                known.events, known.named, expression, key_type)
                USING cell ->> 'id', words, coalesce((cell ->> 'shortest')::integer, 1), put,
                    cell ->> 'key';
        END IF;
    END LOOP;
    PERFORM set_config('pgtrigger.ignore', '{}', true);
    INSERT INTO accelerator_auditevent (at, actor_id, action, target, data)
        VALUES (now(), who, 'words.' || mode, target,
            jsonb_build_object('kind', kind, 'reason', reason, 'places', total));
    RETURN total;
END $$;
REVOKE ALL ON FUNCTION accelerator_redact(bigint, text, text, text, text, jsonb) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    """One function removes words for good, past every lock, and says who did it, and why."""

    dependencies = [("accelerator", "0003_jobs_and_mail_by_the_databases_clock")]

    operations = [
        migrations.RunSQL(
            WITHOUT,
            "DROP FUNCTION accelerator_json_without; DROP FUNCTION accelerator_without",
        ),
        migrations.RunSQL(FREE_TEXT, "DROP FUNCTION IF EXISTS accelerator_free_text"),
        migrations.RunSQL(REDACT, "DROP FUNCTION accelerator_redact"),
    ]
