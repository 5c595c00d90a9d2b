"""What we keep in Redis, and the database rows that follow from it."""
