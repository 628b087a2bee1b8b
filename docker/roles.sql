-- The roles of HMS, for the embedded servers of bin/ and for docker-compose alike. Run by a superuser,
-- as often as you like; passwords are set elsewhere.
--   hms_owner  owns the database, migrates and backs up. Row-level security does not hold it back.
--   hms_app    serves and works. Owns nothing and may never bypass row-level security.
--   hms_sweep  what hms_app becomes for the few statements of a sweep over several organisations. Nobody signs in as it;
--              row-level security holds it to the organisations that are named, and it may do what a sweep does only.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hms_owner') THEN
        CREATE ROLE hms_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hms_app') THEN
        CREATE ROLE hms_app;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'hms_sweep') THEN
        CREATE ROLE hms_sweep;
    END IF;
END
$$;
ALTER ROLE hms_owner LOGIN NOSUPERUSER CREATEDB BYPASSRLS NOCREATEROLE NOREPLICATION;
ALTER ROLE hms_app LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS NOCREATEROLE NOREPLICATION;
ALTER ROLE hms_sweep NOLOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS NOCREATEROLE NOREPLICATION;
-- Never by itself: hms_app has to say that it becomes hms_sweep.
GRANT hms_sweep TO hms_app WITH INHERIT FALSE, SET TRUE;
-- Tests connect as the owner, make their database and continue as hms_app.
GRANT hms_app TO hms_owner;
