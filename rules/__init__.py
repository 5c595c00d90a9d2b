"""When something starts, and for whom: trigger rules as plain data. Pure."""
