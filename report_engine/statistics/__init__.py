"""Statistics on numpy: no database, no definition, no clock."""
