-- One call alone, which is what most admissions carry, is written by plain statements: its hold and its row took the database
-- longest to prepare for, with sorts and a merge join that one row needs none of (measured: 600 µs of the database's time for
-- a call with its row, and 780 before). All else is as in 0027_ledger_paths.sql, which says what the parameters mean.
CREATE OR REPLACE FUNCTION "ledger_reserve"(
	"p_again" boolean, "p_process" uuid, "p_ttl_ms" bigint, "p_orgs" uuid[], "p_versions" bigint[],
	"m_id" bigint[], "m_sum" bigint[],
	"g_org" int[], "g_version" bigint[], "g_subject" bigint[], "g_from" int[], "g_to" int[], "g_meters" bigint[],
	"h_id" uuid[], "h_group" int[], "h_nanos" bigint[], "h_tokens" bigint[],
	"x_id" uuid[], "x_group" int[], "x_started_ms" float8[], "x_trace" text[], "x_parent" text[], "p_calls" json
) RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_until timestamptz := v_now + p_ttl_ms * interval '1 millisecond';
	v_org uuid;
	v_version bigint;
	v_versions bigint[];
	v_slow boolean := p_again;
	v_fits boolean;
	v_found int := 0;
	v_count int := cardinality(m_id);
	v_starts timestamptz[];
	v_limits bigint[];
	v_spent bigint[];
	v_held bigint[];
	v_metrics text[];
	v_windows text[];
	v_in boolean[];
	v_stale bigint[] := '{}';
	v_ended bigint[] := '{}';
	v_refused bigint[] := '{}';
	v_amount bigint;
	v_state smallint;
	g int;
	k int;
BEGIN
	-- Waits for changes of policies under way, and keeps new ones out until the end of the transaction.
	FOREACH v_org IN ARRAY p_orgs LOOP
		SELECT p.version INTO v_version FROM policy_versions p WHERE p.organization_id = v_org FOR SHARE OF p;
		IF NOT FOUND THEN v_version := (ledger_versions(ARRAY[v_org]))[1]; END IF;
		v_versions := v_versions || v_version;
	END LOOP;
	IF v_versions <> p_versions THEN v_slow := true; END IF;
	IF v_count > 0 THEN
		FOR k IN 1..2 LOOP
			SELECT count(*), bool_and(x.lim IS NULL OR x.spent + x.held <= x.lim), array_agg(x.starts_at),
				array_agg(coalesce(x.lim, -1)), array_agg(x.spent), array_agg(x.held)
			INTO v_found, v_fits, v_starts, v_limits, v_spent, v_held
			FROM (SELECT a.starts_at, m.limit_value AS lim, a.posted + a.overage + a.expired AS spent, a.pending + n.sum AS held
				FROM unnest(m_id, m_sum) AS n(id, sum) JOIN ledger_meters m ON m.id = n.id
				JOIN ledger_accounts a ON a.meter_id = m.id AND a.starts_at = ledger_start(m."window", v_now)
				ORDER BY a.meter_id, a.starts_at FOR UPDATE OF a) x;
			EXIT WHEN v_found = v_count;
			INSERT INTO ledger_accounts (meter_id, starts_at)
			SELECT m.id, ledger_start(m."window", v_now) FROM ledger_meters m WHERE m.id = ANY(m_id)
			ORDER BY 1, 2 ON CONFLICT DO NOTHING;
		END LOOP;
		IF v_found < v_count THEN
			RAISE EXCEPTION 'a meter of this batch does not exist' USING ERRCODE = 'foreign_key_violation';
		END IF;
		IF NOT v_fits THEN v_slow := true; END IF;
	END IF;

	IF v_slow THEN
		FOR i IN 1..v_count LOOP
			v_held[i] := v_held[i] - m_sum[i];
			m_sum[i] := 0;
		END LOOP;
		SELECT array_agg(m.metric ORDER BY m.id), array_agg(m."window" ORDER BY m.id) INTO v_metrics, v_windows
		FROM ledger_meters m WHERE m.id = ANY(m_id);
		v_in := array_fill(false, ARRAY[cardinality(h_id)]);
		<<each_hold>>
		FOR i IN 1..cardinality(h_id) LOOP
			IF p_again THEN
				SELECT state INTO v_state FROM ledger_holds WHERE id = h_id[i];
				IF FOUND THEN
					IF v_state >= 2 THEN v_ended := v_ended || (i - 1)::bigint; END IF;
					CONTINUE each_hold;
				END IF;
			END IF;
			g := h_group[i];
			IF v_versions[g_org[g]] <> g_version[g] THEN
				v_stale := v_stale || (i - 1)::bigint;
				CONTINUE each_hold;
			END IF;
			v_fits := true;
			FOR j IN g_from[g]..g_to[g] LOOP
				k := array_position(m_id, g_meters[j]);
				v_amount := CASE v_metrics[k] WHEN 'nanos' THEN h_nanos[i] WHEN 'tokens' THEN h_tokens[i] ELSE 1 END;
				IF v_limits[k] >= 0 AND v_spent[k] + v_held[k] + v_amount > v_limits[k] THEN
					v_fits := false;
					v_refused := v_refused || ARRAY[i - 1, m_id[k], v_limits[k], v_spent[k], v_held[k],
						(extract(epoch FROM v_starts[k] + ('1 ' || v_windows[k])::interval) * 1000)::bigint];
				END IF;
			END LOOP;
			CONTINUE each_hold WHEN NOT v_fits;
			v_in[i] := true;
			FOR j IN g_from[g]..g_to[g] LOOP
				k := array_position(m_id, g_meters[j]);
				v_amount := CASE v_metrics[k] WHEN 'nanos' THEN h_nanos[i] WHEN 'tokens' THEN h_tokens[i] ELSE 1 END;
				v_held[k] := v_held[k] + v_amount;
				m_sum[k] := m_sum[k] + v_amount;
			END LOOP;
		END LOOP;
		IF false = ANY(v_in) THEN
			SELECT array_agg(h.id), array_agg(h.g), array_agg(h.nanos), array_agg(h.tokens)
			INTO h_id, h_group, h_nanos, h_tokens
			FROM unnest(h_id, h_group, h_nanos, h_tokens, v_in) AS h(id, g, nanos, tokens, fits) WHERE h.fits;
			SELECT array_agg(x.id), array_agg(x.g), array_agg(x.started_ms), array_agg(x.trace), array_agg(x.parent)
			INTO x_id, x_group, x_started_ms, x_trace, x_parent
			FROM unnest(x_id, x_group, x_started_ms, x_trace, x_parent) AS x(id, g, started_ms, trace, parent)
			JOIN unnest(h_id) AS h(id) ON h.id = x.id;
		END IF;
	END IF;

	IF v_count > 0 AND h_id IS NOT NULL THEN
		UPDATE ledger_accounts a SET pending = a.pending + n.sum
		FROM unnest(m_id, v_starts, m_sum) AS n(meter_id, starts_at, sum)
		WHERE n.sum > 0 AND a.meter_id = n.meter_id AND a.starts_at = n.starts_at;
	END IF;
	IF cardinality(h_id) = 1 THEN
		g := h_group[1];
		INSERT INTO ledger_holds (id, subject_id, process_id, meters, reserved_at, expires_at, held_nanos, held_tokens)
		VALUES (h_id[1], g_subject[g], p_process, g_meters[g_from[g]:g_to[g]], v_now, v_until, h_nanos[1], h_tokens[1]);
	ELSE
		INSERT INTO ledger_holds (id, subject_id, process_id, meters, reserved_at, expires_at, held_nanos, held_tokens)
		SELECT h.id, g_subject[h.g], p_process, g_meters[g_from[h.g]:g_to[h.g]], v_now, v_until, h.nanos, h.tokens
		FROM unnest(h_id, h_group, h_nanos, h_tokens) AS h(id, g, nanos, tokens) ORDER BY h.id;
	END IF;
	IF cardinality(x_id) = 1 THEN
		INSERT INTO exchanges (id, organization_id, workspace_id, key_id, key_short, user_id, process_id, started_at, provider,
			dialect, operation, method, path, request_model, stream, trace_id, parent_span_id, trace_state, session_id, user_agent)
		SELECT x_id[1], c.organization_id, c.workspace_id, c.key_id, c.key_short, c.user_id, c.process_id,
			to_timestamp(x_started_ms[1] / 1000), c.provider, c.dialect, c.operation, c.method, c.path, c.request_model, c.stream,
			x_trace[1], x_parent[1], c.trace_state, c.session_id, c.user_agent
		FROM json_to_record(p_calls->(x_group[1] - 1)) AS c(organization_id uuid, workspace_id uuid, key_id uuid, key_short text,
			user_id uuid, process_id uuid, provider text, dialect text, operation text, method text, path text, request_model text,
			stream boolean, trace_state text, session_id text, user_agent text) ON CONFLICT (id) DO NOTHING;
	ELSIF cardinality(x_id) > 1 THEN
		INSERT INTO exchanges (id, organization_id, workspace_id, key_id, key_short, user_id, process_id, started_at, provider,
			dialect, operation, method, path, request_model, stream, trace_id, parent_span_id, trace_state, session_id, user_agent)
		SELECT x.id, c.organization_id, c.workspace_id, c.key_id, c.key_short, c.user_id, c.process_id, to_timestamp(x.started_ms / 1000),
			c.provider, c.dialect, c.operation, c.method, c.path, c.request_model, c.stream, x.trace, x.parent, c.trace_state,
			c.session_id, c.user_agent
		FROM unnest(x_id, x_group, x_started_ms, x_trace, x_parent) AS x(id, g, started_ms, trace, parent)
		JOIN ROWS FROM (json_to_recordset(p_calls) AS (organization_id uuid, workspace_id uuid, key_id uuid, key_short text,
			user_id uuid, process_id uuid, provider text, dialect text, operation text, method text, path text, request_model text,
			stream boolean, trace_state text, session_id text, user_agent text)) WITH ORDINALITY AS c(organization_id, workspace_id,
			key_id, key_short, user_id, process_id, provider, dialect, operation, method, path, request_model, stream, trace_state,
			session_id, user_agent, n) ON c.n = x.g
		ORDER BY x.id ON CONFLICT (id) DO NOTHING;
	END IF;
	RETURN ARRAY[(extract(epoch FROM v_now) * 1000)::bigint, v_count, cardinality(v_stale), cardinality(v_ended)]
		|| v_limits || v_spent || v_held || v_stale || v_ended || v_refused;
END $$;
