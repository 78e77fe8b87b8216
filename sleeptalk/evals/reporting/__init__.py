"""A finished run as files: the page for people, tables for programs, and what a paper needs."""
