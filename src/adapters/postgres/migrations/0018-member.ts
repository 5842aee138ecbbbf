/**
 * What JSON writes at a path, whole numbers in it being places in a list; null where there is nothing, and where PostgreSQL cannot
 * read what was published: `\u0000`, or lists in lists in lists beyond its stack.
 */
export const member = `
CREATE FUNCTION member_of(p_data text, p_path text[]) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_value json;
  v_step text;
BEGIN
  v_value := p_data::json;
  FOREACH v_step IN ARRAY p_path LOOP
    IF v_step ~ '^[0-9]+$' THEN v_value := v_value -> v_step::integer;
    ELSE v_value := v_value -> v_step;
    END IF;
  END LOOP;
  RETURN v_value::text;
EXCEPTION WHEN OTHERS THEN RETURN NULL;
END $$;
`;
