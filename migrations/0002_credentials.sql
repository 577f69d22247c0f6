-- What callers hold (hashes only) and what we hold for providers (sealed), with the trace projects a key brings.
CREATE TABLE "gateway_key_workspaces" (
	"key_id" uuid NOT NULL,
	"workspace_id" uuid NOT NULL,
	"role_id" uuid NOT NULL,
	CONSTRAINT "gateway_key_workspaces_key_id_workspace_id_pk" PRIMARY KEY("key_id","workspace_id")
);
--> statement-breakpoint
CREATE TABLE "gateway_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"short" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"user_id" uuid,
	"description" text DEFAULT '' NOT NULL,
	"role_id" uuid,
	"expires_at" timestamp (3) with time zone,
	"deactivated_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gateway_keys_short" UNIQUE("short"),
	CONSTRAINT "gateway_keys_kind" CHECK ("gateway_keys"."kind" in ('service', 'personal')),
	CONSTRAINT "gateway_keys_scope" CHECK ("gateway_keys"."scope" in ('workspace', 'organization')),
	CONSTRAINT "gateway_keys_owner" CHECK (("gateway_keys"."kind" = 'personal') = ("gateway_keys"."user_id" is not null)),
	CONSTRAINT "gateway_keys_role" CHECK ("gateway_keys"."scope" = 'workspace' or "gateway_keys"."role_id" is not null)
);
--> statement-breakpoint
CREATE TABLE "provider_secrets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"version" integer NOT NULL,
	"master_key_id" text NOT NULL,
	"wrapped_key" "bytea" NOT NULL,
	"sealed" "bytea" NOT NULL,
	"last_four" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "provider_secrets_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
CREATE TABLE "trace_projects" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"key_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trace_projects_name" UNIQUE("workspace_id","name")
);
--> statement-breakpoint
ALTER TABLE "gateway_key_workspaces" ADD CONSTRAINT "gateway_key_workspaces_key_id_gateway_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."gateway_keys"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_key_workspaces" ADD CONSTRAINT "gateway_key_workspaces_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_key_workspaces" ADD CONSTRAINT "gateway_key_workspaces_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_keys" ADD CONSTRAINT "gateway_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_keys" ADD CONSTRAINT "gateway_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_keys" ADD CONSTRAINT "gateway_keys_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_secrets" ADD CONSTRAINT "provider_secrets_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trace_projects" ADD CONSTRAINT "trace_projects_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gateway_key_workspaces_workspace" ON "gateway_key_workspaces" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "gateway_keys_organization" ON "gateway_keys" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "gateway_keys_user" ON "gateway_keys" USING btree ("user_id");