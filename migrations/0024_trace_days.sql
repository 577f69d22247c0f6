-- The trace store by day. Runs, spans and contents are partitioned by ranges of the call's id: it is a UUIDv7, which begins
-- with its time, so a call that comes again lands where it was, and the id alone stays the unique key. Old days are
-- dropped, not deleted. The days stand in a schema of their own, made ahead by the exporter; what belongs to no day
-- yet waits in a table `<name>_rest` until the exporter has made its day.
CREATE SCHEMA "trace_days";
--> statement-breakpoint
-- The smallest id of a day, and the day of an id, both in UTC.
CREATE FUNCTION "trace_day_floor"("day" date) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT (lpad(to_hex((extract(epoch FROM $1) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
--> statement-breakpoint
CREATE FUNCTION "trace_day_of"("id" uuid) RETURNS date LANGUAGE sql IMMUTABLE STRICT AS $$
	SELECT (to_timestamp(('x' || lpad(replace(left($1::text, 13), '-', ''), 16, '0'))::bit(64)::bigint / 1000.0)
		AT TIME ZONE 'UTC')::date
$$;
--> statement-breakpoint
-- Gives a table its day, with the rows that waited for it. False when the day was there. Locks: the rest first, then the
-- table itself, never the other way round, and only for the moment of the change.
CREATE FUNCTION "trace_day_add"("parent" text, "day" date) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	name text := format('%s_%s', parent, to_char(day, 'YYYYMMDD'));
	rest text := format('%s_rest', parent);
	key text := CASE parent WHEN 'runs' THEN 'id' ELSE 'exchange_id' END;
	low uuid := trace_day_floor(day);
	high uuid := trace_day_floor(day + 1);
BEGIN
	IF to_regclass(format('trace_days.%I', name)) IS NOT NULL THEN RETURN false; END IF;
	EXECUTE format('LOCK TABLE trace_days.%I IN ACCESS EXCLUSIVE MODE', rest);
	-- Another exporter may have made it while this one waited.
	IF to_regclass(format('trace_days.%I', name)) IS NOT NULL THEN RETURN false; END IF;
	EXECUTE format('CREATE TABLE trace_days.%I (LIKE public.%I INCLUDING DEFAULTS INCLUDING STORAGE)', name, parent);
	EXECUTE format('WITH moved AS (DELETE FROM trace_days.%I WHERE %I >= $1 AND %I < $2 RETURNING *)
		INSERT INTO trace_days.%I SELECT * FROM moved', rest, key, key, name) USING low, high;
	EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION trace_days.%I FOR VALUES FROM (%L) TO (%L)',
		parent, name, low, high);
	RETURN true;
END $$;
--> statement-breakpoint
-- Drops the days before `first`, and deletes what waits in the rest and is older. Gives how many days went.
CREATE FUNCTION "trace_days_drop"("parent" text, "first" date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
	key text := CASE parent WHEN 'runs' THEN 'id' ELSE 'exchange_id' END;
	name text;
	dropped integer := 0;
BEGIN
	FOR name IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
			WHERE i.inhparent = format('public.%I', parent)::regclass
				AND c.relname ~ ('^' || parent || '_\d{8}$') AND right(c.relname, 8) < to_char(first, 'YYYYMMDD')
			ORDER BY 1 LOOP
		EXECUTE format('DROP TABLE trace_days.%I', name);
		dropped := dropped + 1;
	END LOOP;
	EXECUTE format('DELETE FROM trace_days.%I WHERE %I < $1', parent || '_rest', key) USING trace_day_floor(first);
	RETURN dropped;
END $$;
--> statement-breakpoint
-- What is there already moves into the days it belongs to.
ALTER TABLE "runs" SET SCHEMA "trace_days";
--> statement-breakpoint
ALTER TABLE "spans" SET SCHEMA "trace_days";
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"key_short" text NOT NULL,
	"user_id" uuid,
	"trace_id" text NOT NULL,
	"session_id" text,
	"provider" text NOT NULL,
	"operation" text NOT NULL,
	"request_model" text,
	"response_model" text,
	"started_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone NOT NULL,
	"outcome" text NOT NULL,
	"status" integer NOT NULL,
	"error_code" text,
	"input_tokens" bigint,
	"output_tokens" bigint,
	"cost_nanos" bigint,
	"event" jsonb NOT NULL
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "spans" (
	"exchange_id" uuid NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"span_id" text NOT NULL,
	"trace_id" text NOT NULL,
	"parent_span_id" text,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"start_ms" double precision NOT NULL,
	"end_ms" double precision NOT NULL,
	"status" text NOT NULL,
	"status_message" text,
	"attributes" jsonb NOT NULL,
	CONSTRAINT "spans_exchange_id_span_id_pk" PRIMARY KEY("exchange_id","span_id")
) PARTITION BY RANGE ("exchange_id");
--> statement-breakpoint
CREATE TABLE "run_contents" (
	"exchange_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"request" text,
	"response" text,
	"request_bytes" bigint NOT NULL,
	"response_bytes" bigint NOT NULL,
	"request_cut" boolean NOT NULL,
	"response_cut" boolean NOT NULL,
	"day_full" boolean NOT NULL
) PARTITION BY RANGE ("exchange_id");
--> statement-breakpoint
-- Bytes of content that each workspace has kept of a day: its bound is checked and raised in one statement.
CREATE TABLE "content_days" (
	"workspace_id" uuid NOT NULL,
	"day" date NOT NULL,
	"bytes" bigint NOT NULL,
	CONSTRAINT "content_days_workspace_id_day_pk" PRIMARY KEY("workspace_id","day")
);
--> statement-breakpoint
CREATE TABLE "trace_days"."runs_rest" PARTITION OF "runs" DEFAULT;
--> statement-breakpoint
CREATE TABLE "trace_days"."spans_rest" PARTITION OF "spans" DEFAULT;
--> statement-breakpoint
CREATE TABLE "trace_days"."run_contents_rest" PARTITION OF "run_contents" DEFAULT;
--> statement-breakpoint
CREATE INDEX "runs_workspace" ON "runs" USING btree ("workspace_id","id");--> statement-breakpoint
CREATE INDEX "runs_key" ON "runs" USING btree ("key_id","id");--> statement-breakpoint
CREATE INDEX "runs_trace" ON "runs" USING btree ("trace_id");--> statement-breakpoint
CREATE INDEX "runs_model" ON "runs" USING btree ("workspace_id","request_model","id");--> statement-breakpoint
CREATE INDEX "runs_user" ON "runs" USING btree ("workspace_id","user_id","id") WHERE "runs"."user_id" is not null;--> statement-breakpoint
CREATE INDEX "runs_conversation" ON "runs" USING btree ("workspace_id","session_id","id") WHERE "runs"."session_id" is not null;--> statement-breakpoint
CREATE INDEX "runs_unwell" ON "runs" USING btree ("workspace_id","id") WHERE "runs"."outcome" <> 'ok';--> statement-breakpoint
CREATE INDEX "runs_embeddings" ON "runs" USING btree ("workspace_id","id") WHERE "runs"."operation" = 'embeddings';--> statement-breakpoint
CREATE INDEX "spans_trace" ON "spans" USING btree ("trace_id");
--> statement-breakpoint
DO $$
DECLARE
	today date := (now() AT TIME ZONE 'UTC')::date;
	day date;
BEGIN
	-- Ids that are no UUIDv7 of the last years stay in the rest: each day is a table.
	FOR day IN SELECT DISTINCT trace_day_of(id) FROM trace_days.runs UNION SELECT DISTINCT trace_day_of(exchange_id) FROM trace_days.spans LOOP
		IF day BETWEEN today - 400 AND today THEN
			PERFORM trace_day_add('runs', day);
			PERFORM trace_day_add('spans', day);
			PERFORM trace_day_add('run_contents', day);
		END IF;
	END LOOP;
	FOR ahead IN -1 .. 3 LOOP
		PERFORM trace_day_add('runs', today + ahead);
		PERFORM trace_day_add('spans', today + ahead);
		PERFORM trace_day_add('run_contents', today + ahead);
	END LOOP;
END $$;
--> statement-breakpoint
INSERT INTO "runs" SELECT * FROM "trace_days"."runs";
--> statement-breakpoint
INSERT INTO "spans" SELECT * FROM "trace_days"."spans";
--> statement-breakpoint
DROP TABLE "trace_days"."runs";
--> statement-breakpoint
DROP TABLE "trace_days"."spans";
