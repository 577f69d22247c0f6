-- The ledger's two hot functions in less of the database's time: what a batch has in common is sent and worked out once, one
-- ending alone takes plain statements instead of sets, and statements keep one plan for few rows and for many. The rules
-- are those of 0012_ledger_functions.sql and 0025_budget_alerts.sql, the order of locks is that of 0010_ledger.sql.
DROP FUNCTION "ledger_reserve";
--> statement-breakpoint
-- Decides and places a batch of holds. Fast path: every meter has room for the sum of the batch, so all fit and the
-- order does not matter. Slow path: decided one by one, in order, in this same call.
-- m_*: the distinct meters, ascending, with the batch's sum for each. g_*: what holds have in common: the index of the
-- organisation in p_orgs (ascending), the version decided with, the subject, and the meters as a range of g_meters.
-- h_*: the holds, each with the index of its group. x_*: the rows of calls to open with their holds, each with the
-- index of what it shares with others in p_calls.
-- Gives one list of numbers: now in ms; how many meters, stale and ended holds there are; then limit (-1: nothing is
-- refused), spent and held of each meter after this batch, each as a run in the order of m_id; the stale and the ended
-- holds by index from 0; and for each refusing meter of a refused hold six numbers: index of the hold, meter, limit,
-- spent, held, end of the window in ms.
CREATE FUNCTION "ledger_reserve"(
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
	INSERT INTO ledger_holds (id, subject_id, process_id, meters, reserved_at, expires_at, held_nanos, held_tokens)
	SELECT h.id, g_subject[h.g], p_process, g_meters[g_from[h.g]:g_to[h.g]], v_now, v_until, h.nanos, h.tokens
	FROM unnest(h_id, h_group, h_nanos, h_tokens) AS h(id, g, nanos, tokens) ORDER BY h.id;
	IF cardinality(x_id) > 0 THEN
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
--> statement-breakpoint
DROP FUNCTION "ledger_open";
--> statement-breakpoint
-- One ending alone, which is what most commits carry: the same as ledger_settle does for many, which says what it means.
-- The caller holds the version lock.
CREATE FUNCTION "ledger_settle_one"(
	"p_id" uuid, "p_void" boolean, "p_nanos" bigint, "p_tokens" bigint, "p_basis" text
) RETURNS smallint LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_before smallint;
	v_subject bigint;
	v_meters bigint[];
	v_reserved timestamptz;
	v_nanos bigint;
	v_tokens bigint;
BEGIN
	SELECT h.state, h.meters, h.reserved_at INTO v_before, v_meters, v_reserved FROM ledger_holds h WHERE h.id = p_id;
	IF NOT FOUND THEN RETURN -1; END IF;
	IF v_before >= 2 THEN RETURN v_before; END IF;
	IF v_meters <> '{}' THEN
		PERFORM 1 FROM ledger_meters m JOIN ledger_accounts a ON a.meter_id = m.id AND a.starts_at = ledger_start(m."window", v_reserved)
		WHERE m.id = ANY(v_meters) ORDER BY a.meter_id, a.starts_at FOR UPDATE OF a;
	END IF;
	SELECT h.state, h.subject_id, h.held_nanos, h.held_tokens INTO v_before, v_subject, v_nanos, v_tokens
	FROM ledger_holds h WHERE h.id = p_id FOR UPDATE;
	-- Ended by somebody else while this waited for the accounts.
	IF v_before >= 2 THEN RETURN v_before; END IF;
	IF p_void THEN
		p_nanos := 0;
		p_tokens := 0;
	END IF;
	IF v_meters <> '{}' THEN
		UPDATE ledger_accounts a SET posted = a.posted + least(n.held, n.actual), overage = a.overage + greatest(n.actual - n.held, 0),
			pending = a.pending - CASE v_before WHEN 0 THEN n.held ELSE 0 END,
			expired = a.expired - CASE v_before WHEN 1 THEN n.held ELSE 0 END
		FROM (SELECT m.id AS meter_id, ledger_start(m."window", v_reserved) AS starts_at,
				CASE m.metric WHEN 'nanos' THEN v_nanos WHEN 'tokens' THEN v_tokens
					WHEN 'concurrency' THEN CASE v_before WHEN 0 THEN 1 ELSE 0 END ELSE 1 END AS held,
				CASE m.metric WHEN 'nanos' THEN p_nanos WHEN 'tokens' THEN p_tokens WHEN 'concurrency' THEN 0
					ELSE CASE WHEN p_void THEN 0 ELSE 1 END END AS actual
			FROM ledger_meters m WHERE m.id = ANY(v_meters)) n
		WHERE a.meter_id = n.meter_id AND a.starts_at = n.starts_at;
	END IF;
	UPDATE ledger_holds h SET state = CASE WHEN p_void THEN 3 ELSE 2 END, posted_nanos = p_nanos, posted_tokens = p_tokens, ended_at = v_now
	WHERE h.id = p_id;
	INSERT INTO ledger_entries (hold_id, kind, nanos, tokens, basis, at)
	VALUES (p_id, CASE WHEN p_void THEN 'void' WHEN v_before = 1 THEN 'correct' ELSE 'settle' END, p_nanos, p_tokens, p_basis, v_now);
	IF v_subject IS NOT NULL THEN
		INSERT INTO ledger_hours AS o (subject_id, hour, requests, tokens, posted_nanos, measured_nanos, expired_nanos, unpriced)
		VALUES (v_subject, date_bin('1 hour', v_reserved, 'epoch'), CASE WHEN p_void THEN 0 ELSE 1 END, p_tokens, p_nanos,
			CASE p_basis WHEN 'measured' THEN p_nanos ELSE 0 END, CASE v_before WHEN 1 THEN -v_nanos ELSE 0 END,
			CASE WHEN p_basis IS NULL AND NOT p_void THEN 1 ELSE 0 END)
		ON CONFLICT (subject_id, hour) DO UPDATE SET requests = o.requests + excluded.requests, tokens = o.tokens + excluded.tokens,
			posted_nanos = o.posted_nanos + excluded.posted_nanos, measured_nanos = o.measured_nanos + excluded.measured_nanos,
			expired_nanos = o.expired_nanos + excluded.expired_nanos, unpriced = o.unpriced + excluded.unpriced;
	END IF;
	RETURN v_before;
END $$;
--> statement-breakpoint
-- Ends holds: state 2 settled or 3 void. A hold ends once, also when it is named twice here; an expired one is set right
-- once; anything later changes nothing. A call at an end is no longer a concurrent one: that metric posts nothing. A void
-- of an unknown hold leaves a tombstone, so that a reservation still on its way finds it ended.
-- Sums are taken by group: holds with the same meters and of the same minute share every window, whatever its length.
-- Gives the state that each hold had before, -1 for an unknown one: 0 and 1 mean that this call ended it.
CREATE OR REPLACE FUNCTION "ledger_settle"(
	"p_orgs" uuid[], "p_process" uuid, "s_id" uuid[], "s_void" boolean[], "s_nanos" bigint[], "s_tokens" bigint[], "s_basis" text[]
) RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_org uuid;
	v_ids uuid[];
	v_before smallint[];
BEGIN
	IF true = ANY(s_void) THEN
		INSERT INTO ledger_holds (id, process_id, state, meters, reserved_at, expires_at, ended_at)
		SELECT s.id, p_process, 3, '{}', v_now, v_now, v_now FROM unnest(s_id, s_void) AS s(id, is_void)
		WHERE s.is_void ORDER BY s.id ON CONFLICT (id) DO NOTHING;
	END IF;
	FOREACH v_org IN ARRAY p_orgs LOOP
		PERFORM 1 FROM policy_versions p WHERE p.organization_id = v_org FOR SHARE OF p;
		IF NOT FOUND THEN PERFORM ledger_versions(ARRAY[v_org]); END IF;
	END LOOP;
	IF cardinality(s_id) = 1 THEN
		RETURN ARRAY[ledger_settle_one(s_id[1], s_void[1], s_nanos[1], s_tokens[1], s_basis[1])];
	END IF;
	PERFORM 1 FROM ledger_accounts c JOIN (
		SELECT DISTINCT m.id, ledger_start(m."window", x.at) AS starts_at FROM (
			SELECT DISTINCT h.meters, date_bin('1 minute', h.reserved_at, 'epoch') AS at FROM ledger_holds h
			WHERE h.id = ANY(s_id) AND h.state < 2) x
		CROSS JOIN LATERAL unnest(x.meters) AS u(id) JOIN ledger_meters m ON m.id = u.id) n
	ON c.meter_id = n.id AND c.starts_at = n.starts_at ORDER BY c.meter_id, c.starts_at FOR UPDATE OF c;
	SELECT array_agg(x.id), array_agg(x.state) INTO v_ids, v_before FROM (
		SELECT h.id, h.state FROM ledger_holds h WHERE h.id = ANY(s_id) ORDER BY h.id FOR UPDATE OF h) x;
	WITH s AS MATERIALIZED (
		SELECT DISTINCT ON (g.id) g.id, h.subject_id, h.meters, h.reserved_at, h.held_nanos, h.held_tokens, h.state AS before,
			g.is_void, CASE WHEN g.is_void THEN 0 ELSE g.nanos END AS nanos,
			CASE WHEN g.is_void THEN 0 ELSE g.tokens END AS tokens, g.basis
		FROM unnest(s_id, s_void, s_nanos, s_tokens, s_basis) WITH ORDINALITY AS g(id, is_void, nanos, tokens, basis, n)
		JOIN ledger_holds h ON h.id = g.id WHERE h.state < 2 ORDER BY g.id, g.n
	), groups AS (
		SELECT meters, date_bin('1 minute', reserved_at, 'epoch') AS at, before,
			sum(held_nanos) AS held_nanos, sum(least(held_nanos, nanos)) AS nanos, sum(greatest(nanos - held_nanos, 0)) AS over_nanos,
			sum(held_tokens) AS held_tokens, sum(least(held_tokens, tokens)) AS tokens, sum(greatest(tokens - held_tokens, 0)) AS over_tokens,
			count(*) AS held, count(*) FILTER (WHERE NOT is_void) AS sent
		FROM s GROUP BY 1, 2, 3
	), legs AS (
		SELECT m.id AS meter_id, ledger_start(m."window", g.at) AS starts_at, g.before,
			CASE m.metric WHEN 'nanos' THEN g.held_nanos WHEN 'tokens' THEN g.held_tokens
				WHEN 'concurrency' THEN CASE g.before WHEN 0 THEN g.held ELSE 0 END ELSE g.held END AS held,
			CASE m.metric WHEN 'nanos' THEN g.nanos WHEN 'tokens' THEN g.tokens WHEN 'concurrency' THEN 0 ELSE g.sent END AS posted,
			CASE m.metric WHEN 'nanos' THEN g.over_nanos WHEN 'tokens' THEN g.over_tokens ELSE 0 END AS overage
		FROM groups g CROSS JOIN LATERAL unnest(g.meters) AS u(id) JOIN ledger_meters m ON m.id = u.id
	), accounts AS (
		UPDATE ledger_accounts a SET posted = a.posted + n.posted, overage = a.overage + n.overage,
			pending = a.pending - n.pending, expired = a.expired - n.expired
		FROM (SELECT meter_id, starts_at, sum(posted) AS posted, sum(overage) AS overage,
				coalesce(sum(held) FILTER (WHERE before = 0), 0) AS pending, coalesce(sum(held) FILTER (WHERE before = 1), 0) AS expired
			FROM legs GROUP BY 1, 2) n
		WHERE a.meter_id = n.meter_id AND a.starts_at = n.starts_at
	), holds AS (
		UPDATE ledger_holds h SET state = CASE WHEN s.is_void THEN 3 ELSE 2 END, posted_nanos = s.nanos,
			posted_tokens = s.tokens, ended_at = v_now
		FROM s WHERE h.id = s.id
	), entries AS (
		INSERT INTO ledger_entries (hold_id, kind, nanos, tokens, basis, at)
		SELECT s.id, CASE WHEN s.is_void THEN 'void' WHEN s.before = 1 THEN 'correct' ELSE 'settle' END,
			s.nanos, s.tokens, s.basis, v_now FROM s
	)
	INSERT INTO ledger_hours AS o (subject_id, hour, requests, tokens, posted_nanos, measured_nanos, expired_nanos, unpriced)
	SELECT s.subject_id, date_bin('1 hour', s.reserved_at, 'epoch'), count(*) FILTER (WHERE NOT s.is_void), sum(s.tokens),
		sum(s.nanos), coalesce(sum(s.nanos) FILTER (WHERE s.basis = 'measured'), 0),
		-coalesce(sum(s.held_nanos) FILTER (WHERE s.before = 1), 0),
		count(*) FILTER (WHERE s.basis IS NULL AND NOT s.is_void)
	FROM s WHERE s.subject_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
	ON CONFLICT (subject_id, hour) DO UPDATE SET requests = o.requests + excluded.requests, tokens = o.tokens + excluded.tokens,
		posted_nanos = o.posted_nanos + excluded.posted_nanos, measured_nanos = o.measured_nanos + excluded.measured_nanos,
		expired_nanos = o.expired_nanos + excluded.expired_nanos, unpriced = o.unpriced + excluded.unpriced;
	-- In the order asked for, with -1 where there is no such hold.
	IF v_ids IS NOT DISTINCT FROM s_id THEN RETURN v_before; END IF;
	RETURN ARRAY(SELECT coalesce(h.state, -1) FROM unnest(s_id) WITH ORDINALITY AS g(id, n)
		LEFT JOIN unnest(v_ids, v_before) AS h(id, state) ON h.id = g.id ORDER BY g.n);
END $$;
