"""Database engine `hms.tenancy.backend`: PostgreSQL whose schema editor secures tenant tables."""
