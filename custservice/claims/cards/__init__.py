"""One file per claim, each with a ``CLAIM``; docs/claims.md says how to add one."""
