-- Endings in a batch look up their holds by id, one by one. Asked for those of a list that are open, the database read the
-- index of all open holds instead, which a plan made while there are few of them prefers, and which is kept when there are
-- many. OFFSET 0 keeps the two conditions apart. All else is as in 0027_ledger_paths.sql.
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
		CROSS JOIN LATERAL (SELECT * FROM ledger_holds h WHERE h.id = g.id OFFSET 0) h WHERE h.state < 2 ORDER BY g.id, g.n
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
