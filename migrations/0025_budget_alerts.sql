-- Budget alerts: what people are told of a cap's share that is spent, once per policy, window and share. Concurrency as a
-- metric: a place is held while a call runs and posts nothing. Reserving says how the meters stand after it. Cleaning may
-- take away old ledger entries, and only those.
CREATE TABLE "budget_alerts" (
	"policy_id" uuid NOT NULL,
	"window" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"percent" integer NOT NULL,
	"organization_id" uuid NOT NULL,
	"limit_value" bigint NOT NULL,
	"posted" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp (3) with time zone,
	"last_failure" text,
	CONSTRAINT "budget_alerts_policy_id_window_starts_at_percent_pk" PRIMARY KEY("policy_id","window","starts_at","percent")
);
--> statement-breakpoint
CREATE INDEX "budget_alerts_due" ON "budget_alerts" USING btree ("next_at") WHERE "budget_alerts"."done_at" is null;
--> statement-breakpoint
DROP FUNCTION "ledger_reserve";
--> statement-breakpoint
-- Decides and places a batch of holds. Fast path: every meter has room for the sum of the batch, so all fit and the
-- order does not matter. Slow path: decided one by one, in order, in this same call.
-- p_* m_*: the distinct meters, ascending, with the batch's sum for each. h_*: the holds; h_org is the index of its
-- organisation in p_orgs, h_meters its meters as array text.
-- Gives: now in ms; stale and already placed or ended ones by index; and for each refusing meter of a refused hold six
-- numbers: index of the hold, meter, limit, spent, held, end of the window in ms. m_limit, m_spent and m_held say how
-- each meter of m_id stands after this batch; a limit is -1 where nothing is refused.
CREATE FUNCTION "ledger_reserve"(
	"p_again" boolean, "p_process" uuid, "p_ttl_ms" bigint, "p_orgs" uuid[], "p_versions" bigint[],
	"m_id" bigint[], "m_sum" bigint[],
	"h_id" uuid[], "h_org" int[], "h_version" bigint[], "h_subject" bigint[], "h_nanos" bigint[], "h_tokens" bigint[],
	"h_meters" text[], "p_exchanges" json,
	OUT "now_ms" bigint, OUT "stale" int[], OUT "placed" int[], OUT "ended" int[], OUT "refused" bigint[],
	OUT "m_limit" bigint[], OUT "m_spent" bigint[], OUT "m_held" bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_versions bigint[];
	v_starts timestamptz[];
	v_metrics text[];
	v_windows text[];
	v_limits bigint[];
	v_spent bigint[];
	v_held bigint[];
	v_add bigint[];
	v_amounts bigint[];
	v_meters bigint[];
	v_at int[];
	v_in boolean[];
	v_slow boolean := p_again;
	v_fits boolean;
	v_count int := coalesce(cardinality(m_id), 0);
	v_state smallint;
	k int;
BEGIN
	now_ms := (extract(epoch FROM v_now) * 1000)::bigint;
	v_versions := ledger_versions(p_orgs);
	IF v_versions <> p_versions THEN v_slow := true; END IF;
	IF v_count > 0 THEN
		SELECT array_agg(x.metric ORDER BY x.id), array_agg(x.win ORDER BY x.id), array_agg(x.limit_value ORDER BY x.id),
			array_agg(ledger_start(x.win, v_now) ORDER BY x.id)
		INTO v_metrics, v_windows, v_limits, v_starts
		FROM (SELECT m.id, m.metric, m."window" AS win, m.limit_value FROM ledger_meters m WHERE m.id = ANY(m_id)) x;
		IF coalesce(cardinality(v_metrics), 0) < v_count THEN
			RAISE EXCEPTION 'a meter of this batch does not exist' USING ERRCODE = 'foreign_key_violation';
		END IF;
		FOR k IN 1..2 LOOP
			SELECT array_agg(x.spent ORDER BY x.meter_id), array_agg(x.pending ORDER BY x.meter_id)
			INTO v_spent, v_held
			FROM (SELECT a.meter_id, a.posted + a.overage + a.expired AS spent, a.pending
				FROM ledger_accounts a JOIN unnest(m_id, v_starts) AS n(meter_id, starts_at)
				ON a.meter_id = n.meter_id AND a.starts_at = n.starts_at
				ORDER BY a.meter_id, a.starts_at FOR UPDATE OF a) x;
			EXIT WHEN coalesce(cardinality(v_spent), 0) = v_count;
			INSERT INTO ledger_accounts (meter_id, starts_at)
			SELECT n.meter_id, n.starts_at FROM unnest(m_id, v_starts) AS n(meter_id, starts_at)
			ORDER BY 1, 2 ON CONFLICT DO NOTHING;
		END LOOP;
		FOR i IN 1..v_count LOOP
			IF v_limits[i] IS NOT NULL AND v_spent[i] + v_held[i] + m_sum[i] > v_limits[i] THEN
				v_slow := true;
				EXIT;
			END IF;
		END LOOP;
	END IF;

	m_limit := array_replace(v_limits, NULL, -1);
	m_spent := v_spent;
	m_held := v_held;
	IF NOT v_slow THEN
		FOR i IN 1..v_count LOOP
			m_held[i] := m_held[i] + m_sum[i];
		END LOOP;
		UPDATE ledger_accounts a SET pending = a.pending + n.sum
		FROM unnest(m_id, v_starts, m_sum) AS n(meter_id, starts_at, sum)
		WHERE a.meter_id = n.meter_id AND a.starts_at = n.starts_at;
		INSERT INTO ledger_holds (id, subject_id, process_id, meters, reserved_at, expires_at, held_nanos, held_tokens)
		SELECT h.id, h.subject, p_process, h.meters::bigint[], v_now, v_now + p_ttl_ms * interval '1 millisecond',
			h.nanos, h.tokens
		FROM unnest(h_id, h_subject, h_meters, h_nanos, h_tokens) AS h(id, subject, meters, nanos, tokens);
		IF p_exchanges IS NOT NULL THEN PERFORM ledger_open(p_exchanges, NULL); END IF;
		RETURN;
	END IF;

	v_add := array_fill(0::bigint, ARRAY[v_count]);
	v_in := array_fill(false, ARRAY[cardinality(h_id)]);
	<<each_hold>>
	FOR i IN 1..cardinality(h_id) LOOP
		IF p_again THEN
			SELECT state INTO v_state FROM ledger_holds WHERE id = h_id[i];
			IF FOUND THEN
				IF v_state < 2 THEN placed := placed || (i - 1); ELSE ended := ended || (i - 1); END IF;
				CONTINUE each_hold;
			END IF;
		END IF;
		IF v_versions[h_org[i]] <> h_version[i] THEN
			stale := stale || (i - 1);
			CONTINUE each_hold;
		END IF;
		v_meters := h_meters[i]::bigint[];
		v_at := '{}';
		v_amounts := '{}';
		v_fits := true;
		FOR j IN 1..coalesce(cardinality(v_meters), 0) LOOP
			k := array_position(m_id, v_meters[j]);
			v_at := v_at || k;
			v_amounts := v_amounts || CASE v_metrics[k] WHEN 'nanos' THEN h_nanos[i] WHEN 'tokens' THEN h_tokens[i] ELSE 1 END;
			IF v_limits[k] IS NOT NULL AND v_spent[k] + v_held[k] + v_add[k] + v_amounts[j] > v_limits[k] THEN
				v_fits := false;
				refused := refused || ARRAY[i - 1, m_id[k], v_limits[k], v_spent[k], v_held[k] + v_add[k],
					(extract(epoch FROM v_starts[k] + ('1 ' || v_windows[k])::interval) * 1000)::bigint];
			END IF;
		END LOOP;
		IF v_fits THEN
			v_in[i] := true;
			FOR j IN 1..coalesce(cardinality(v_at), 0) LOOP
				v_add[v_at[j]] := v_add[v_at[j]] + v_amounts[j];
			END LOOP;
		END IF;
	END LOOP;
	FOR i IN 1..v_count LOOP
		m_held[i] := m_held[i] + v_add[i];
	END LOOP;
	UPDATE ledger_accounts a SET pending = a.pending + n.sum
	FROM unnest(m_id, v_starts, v_add) AS n(meter_id, starts_at, sum)
	WHERE n.sum > 0 AND a.meter_id = n.meter_id AND a.starts_at = n.starts_at;
	INSERT INTO ledger_holds (id, subject_id, process_id, meters, reserved_at, expires_at, held_nanos, held_tokens)
	SELECT h.id, h.subject, p_process, h.meters::bigint[], v_now, v_now + p_ttl_ms * interval '1 millisecond',
		h.nanos, h.tokens
	FROM unnest(h_id, h_subject, h_meters, h_nanos, h_tokens, v_in) AS h(id, subject, meters, nanos, tokens, fits)
	WHERE h.fits;
	IF p_exchanges IS NOT NULL THEN
		PERFORM ledger_open(p_exchanges, ARRAY(SELECT h.id FROM unnest(h_id, v_in) AS h(id, fits) WHERE h.fits));
	END IF;
END $$;
--> statement-breakpoint
-- Ends holds: state 2 settled or 3 void. A hold ends once; an expired one is set right once; anything later changes
-- nothing. A call at an end is no longer a concurrent one: that metric posts nothing. A void of an unknown hold leaves a tombstone, so that a reservation still on its way finds it ended.
-- Gives the state that each hold had before: 0 and 1 mean that this call ended it.
CREATE OR REPLACE FUNCTION "ledger_settle"(
	"p_orgs" uuid[], "p_process" uuid, "s_id" uuid[], "s_void" boolean[], "s_nanos" bigint[], "s_tokens" bigint[], "s_basis" text[]
) RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_before smallint[];
BEGIN
	INSERT INTO ledger_holds (id, process_id, state, meters, reserved_at, expires_at, ended_at)
	SELECT s.id, p_process, 3, '{}', v_now, v_now, v_now FROM unnest(s_id, s_void) AS s(id, is_void)
	WHERE s.is_void ORDER BY s.id ON CONFLICT (id) DO NOTHING;
	PERFORM ledger_versions(p_orgs);
	PERFORM ledger_lock(s_id);
	SELECT array_agg(coalesce(h.state, -1) ORDER BY s.n) INTO v_before
	FROM unnest(s_id) WITH ORDINALITY AS s(id, n) LEFT JOIN ledger_holds h ON h.id = s.id;
	WITH s AS MATERIALIZED (
		SELECT h.id, h.subject_id, h.meters, h.reserved_at, h.held_nanos, h.held_tokens, h.state AS before,
			g.is_void, CASE WHEN g.is_void THEN 0 ELSE g.nanos END AS nanos,
			CASE WHEN g.is_void THEN 0 ELSE g.tokens END AS tokens, g.basis
		FROM unnest(s_id, s_void, s_nanos, s_tokens, s_basis) AS g(id, is_void, nanos, tokens, basis)
		JOIN ledger_holds h ON h.id = g.id WHERE h.state < 2
	), legs AS (
		SELECT m.id AS meter_id, ledger_start(m."window", s.reserved_at) AS starts_at, s.before,
			CASE m.metric WHEN 'nanos' THEN s.held_nanos WHEN 'tokens' THEN s.held_tokens
				WHEN 'concurrency' THEN CASE s.before WHEN 0 THEN 1 ELSE 0 END ELSE 1 END AS held,
			CASE m.metric WHEN 'nanos' THEN s.nanos WHEN 'tokens' THEN s.tokens WHEN 'concurrency' THEN 0
				ELSE CASE WHEN s.is_void THEN 0 ELSE 1 END END AS actual
		FROM s CROSS JOIN LATERAL unnest(s.meters) AS u(id) JOIN ledger_meters m ON m.id = u.id
	), sums AS (
		SELECT meter_id, starts_at, sum(least(held, actual)) AS posted, sum(greatest(actual - held, 0)) AS overage,
			sum(held) FILTER (WHERE before = 0) AS pending, sum(held) FILTER (WHERE before = 1) AS expired
		FROM legs GROUP BY meter_id, starts_at
	), accounts AS (
		UPDATE ledger_accounts a SET posted = a.posted + sums.posted, overage = a.overage + sums.overage,
			pending = a.pending - coalesce(sums.pending, 0), expired = a.expired - coalesce(sums.expired, 0)
		FROM sums WHERE a.meter_id = sums.meter_id AND a.starts_at = sums.starts_at
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
	SELECT s.subject_id, ledger_start('hour', s.reserved_at), sum(CASE WHEN s.is_void THEN 0 ELSE 1 END), sum(s.tokens),
		sum(s.nanos), coalesce(sum(s.nanos) FILTER (WHERE s.basis = 'measured'), 0),
		-coalesce(sum(s.held_nanos) FILTER (WHERE s.before = 1), 0),
		count(*) FILTER (WHERE s.basis IS NULL AND NOT s.is_void)
	FROM s WHERE s.subject_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
	ON CONFLICT (subject_id, hour) DO UPDATE SET requests = o.requests + excluded.requests, tokens = o.tokens + excluded.tokens,
		posted_nanos = o.posted_nanos + excluded.posted_nanos, measured_nanos = o.measured_nanos + excluded.measured_nanos,
		expired_nanos = o.expired_nanos + excluded.expired_nanos, unpriced = o.unpriced + excluded.unpriced;
	RETURN v_before;
END $$;
--> statement-breakpoint
-- Marks live holds whose life is over: pending becomes expired, which stays counted in full until the truth comes.
-- It has come already where the call was recorded as refused: such a call was never sent, so its hold is void.
CREATE OR REPLACE FUNCTION "ledger_expire"("p_limit" int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := date_trunc('milliseconds', now());
	v_ids uuid[];
	v_count int;
BEGIN
	SELECT array_agg(x.id) INTO v_ids FROM (
		SELECT h.id FROM ledger_holds h JOIN exchanges e ON e.id = h.id
		WHERE h.state < 2 AND h.expires_at <= v_now AND e.outcome = 'refused' ORDER BY h.id LIMIT p_limit) x;
	IF v_ids IS NOT NULL THEN
		PERFORM ledger_settle(ARRAY(SELECT DISTINCT s.organization_id FROM ledger_holds h JOIN ledger_subjects s ON s.id = h.subject_id
				WHERE h.id = ANY(v_ids) ORDER BY 1), v_ids[1], v_ids, array_fill(true, ARRAY[cardinality(v_ids)]),
			array_fill(0::bigint, ARRAY[cardinality(v_ids)]), array_fill(0::bigint, ARRAY[cardinality(v_ids)]),
			array_fill(NULL::text, ARRAY[cardinality(v_ids)]));
	END IF;
	SELECT array_agg(x.id) INTO v_ids FROM (
		SELECT id FROM ledger_holds WHERE state = 0 AND expires_at <= v_now ORDER BY id LIMIT p_limit) x;
	IF v_ids IS NULL THEN RETURN 0; END IF;
	PERFORM ledger_versions(ARRAY(SELECT DISTINCT s.organization_id FROM ledger_holds h JOIN ledger_subjects s ON s.id = h.subject_id
		WHERE h.id = ANY(v_ids) ORDER BY 1));
	PERFORM ledger_lock(v_ids);
	WITH s AS MATERIALIZED (
		SELECT * FROM ledger_holds WHERE id = ANY(v_ids) AND state = 0 AND expires_at <= v_now
	), sums AS (
		SELECT m.id AS meter_id, ledger_start(m."window", s.reserved_at) AS starts_at,
			sum(CASE m.metric WHEN 'nanos' THEN s.held_nanos WHEN 'tokens' THEN s.held_tokens ELSE 1 END) AS held,
			-- A call whose process is gone runs no more: the others stay counted, its place is free.
			bool_or(m.metric = 'concurrency') AS is_freed
		FROM s CROSS JOIN LATERAL unnest(s.meters) AS u(id) JOIN ledger_meters m ON m.id = u.id GROUP BY 1, 2
	), accounts AS (
		UPDATE ledger_accounts a SET pending = a.pending - sums.held, expired = a.expired + CASE WHEN sums.is_freed THEN 0 ELSE sums.held END
		FROM sums WHERE a.meter_id = sums.meter_id AND a.starts_at = sums.starts_at
	), holds AS (
		UPDATE ledger_holds h SET state = 1 FROM s WHERE h.id = s.id
	), entries AS (
		INSERT INTO ledger_entries (hold_id, kind, nanos, tokens, basis, at)
		SELECT s.id, 'expire', s.held_nanos, s.held_tokens, 'ceiling', v_now FROM s RETURNING 1
	), hours AS (
		INSERT INTO ledger_hours AS o (subject_id, hour, expired_nanos)
		SELECT s.subject_id, ledger_start('hour', s.reserved_at), sum(s.held_nanos) FROM s GROUP BY 1, 2 ORDER BY 1, 2
		ON CONFLICT (subject_id, hour) DO UPDATE SET expired_nanos = o.expired_nanos + excluded.expired_nanos
	)
	SELECT count(*) INTO v_count FROM entries;
	RETURN v_count;
END $$;
--> statement-breakpoint
-- Opens the current account of a new meter with what the window already shows, and adds the meter to the live holds it is
-- about, so that their ends count on it too. The caller has the organisation's version row FOR UPDATE: no decision
-- and no end of a hold runs meanwhile. Minutes start from zero: the sums are by the hour.
CREATE OR REPLACE FUNCTION "ledger_backfill"("p_meter" bigint, "p_matchers" jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v_meter ledger_meters;
	v_start timestamptz;
	v_subjects bigint[];
	v_holds uuid[];
	v_posted bigint := 0;
	v_expired bigint := 0;
BEGIN
	SELECT * INTO v_meter FROM ledger_meters WHERE id = p_meter;
	v_start := ledger_start(v_meter."window", date_trunc('milliseconds', now()));
	v_subjects := ARRAY(SELECT s.id FROM ledger_subjects s
		WHERE s.organization_id = v_meter.organization_id AND ledger_matches(s, p_matchers));
	IF v_meter."window" <> 'minute' AND v_meter.metric <> 'concurrency' THEN
		SELECT coalesce(sum(CASE v_meter.metric WHEN 'nanos' THEN o.posted_nanos WHEN 'tokens' THEN o.tokens ELSE o.requests END), 0)
		INTO v_posted FROM ledger_hours o WHERE o.subject_id = ANY(v_subjects) AND o.hour >= v_start;
	END IF;
	v_holds := ARRAY(SELECT h.id FROM ledger_holds h
		WHERE h.state < 2 AND h.subject_id = ANY(v_subjects) AND h.reserved_at >= v_start ORDER BY h.id FOR UPDATE OF h);
	INSERT INTO ledger_accounts (meter_id, starts_at, posted, pending, expired)
	SELECT p_meter, v_start, v_posted, coalesce(sum(x.held) FILTER (WHERE x.state = 0), 0),
		coalesce(sum(x.held) FILTER (WHERE x.state = 1 AND v_meter.metric <> 'concurrency'), 0)
	FROM (SELECT h.state, CASE v_meter.metric WHEN 'nanos' THEN h.held_nanos WHEN 'tokens' THEN h.held_tokens ELSE 1 END AS held
		FROM ledger_holds h WHERE h.id = ANY(v_holds)) x
	ON CONFLICT DO NOTHING;
	UPDATE ledger_holds SET meters = meters || p_meter WHERE id = ANY(v_holds);
END $$;
--> statement-breakpoint
-- Lines are written once, and only cleaning takes old ones away: the switch is set for its transaction alone.
CREATE OR REPLACE FUNCTION "ledger_immutable"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' AND current_setting('sluice.cleaning', true) = 'on' THEN RETURN NULL; END IF;
	RAISE EXCEPTION 'ledger entries are never changed' USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
-- Whatever cleaning asks for: no line of a running window (the longest is a month of 31 days), and none of a hold whose
-- truth never came.
CREATE FUNCTION "ledger_keep_entry"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.at > now() - interval '32 days' OR EXISTS (SELECT 1 FROM ledger_holds h WHERE h.id = OLD.hold_id AND h.state < 2) THEN
		RAISE EXCEPTION 'this ledger entry must be kept' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER "ledger_entries_kept" BEFORE DELETE ON "ledger_entries"
	FOR EACH ROW EXECUTE FUNCTION "ledger_keep_entry"();
