#!/bin/sh
# Run once by the PostgreSQL image, when its data folder is empty, after roles.sql.
set -eu
psql --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$HMS_OWNER_PASSWORD" --set app_password="$HMS_APP_PASSWORD" \
    --set name="$POSTGRES_DB" <<'SQL'
ALTER ROLE hms_owner PASSWORD :'owner_password';
ALTER ROLE hms_app PASSWORD :'app_password';
ALTER DATABASE :"name" OWNER TO hms_owner;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"name" TO hms_app;
SQL
