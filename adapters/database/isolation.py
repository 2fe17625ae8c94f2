"""
Looking for what escapes row-level security in a Postgres database: the meta-test's question, and the doctor's.

It reads the catalogue and believes nothing else: a table that somebody made by hand, or a migration that forgot to
`protect`, is found as well as a policy that was dropped.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, text

from adapters.database.connection import logged_in

POLICY = "(organization_id = NULLIF(current_setting('app.current_organization'::text, true), ''::text))"

OF_NOBODY = ("alembic_version", "duty", "celery_task_result", "celery_group_result")
"""Tables without organization that were looked into: version, who sweeps, ids of Celery's tasks and their states."""

UNIQUE_FOR_ALL = ("uq_outbox_id", "uq_api_key_prefix", "uq_organization_name")
"""
Values that may exist once in the installation. A collision tells that somebody else has the value, so: message ids are
given by the database and can't be chosen, key prefixes are random, names are written by the installation's work only.
"""

_TABLES = """
WITH mine AS (
    SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relacl,
        (SELECT attnum FROM pg_attribute WHERE attrelid = c.oid AND attname = 'organization_id') AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
            AND d.deptype = 'e')
), tables AS (SELECT * FROM mine WHERE relkind IN ('r', 'p', 'f')),
   owned AS (SELECT * FROM tables WHERE key IS NOT NULL)
"""
_QUESTIONS = {
    "table {}: it has no organization_id and is not on the reviewed list": (
        "SELECT relname FROM tables WHERE key IS NULL AND relname <> ALL (:of_nobody)"
    ),
    "table {}: row-level security is not enabled": "SELECT relname FROM owned WHERE NOT relrowsecurity",
    "table {}: row-level security is not forced, so its owner is not bound": (
        "SELECT relname FROM owned WHERE NOT relforcerowsecurity"
    ),
    "table {}: it has no policy for tenants": (
        "SELECT relname FROM owned WHERE NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = owned.oid "
        "AND 'antiphon_app'::regrole = ANY (p.polroles))"
    ),
    "policy {}: it lets tenants see more than the rows of their organization": (
        "SELECT polname || ' of ' || relname FROM owned JOIN pg_policy p ON p.polrelid = owned.oid "
        "WHERE p.polroles <> ARRAY['antiphon_system'::regrole::oid] AND p.polpermissive AND ("
        "pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM :policy "
        "OR coalesce(pg_get_expr(p.polwithcheck, p.polrelid), :policy) <> :policy)"
    ),
    "table {}: its primary key does not begin with organization_id": (
        "SELECT relname FROM owned WHERE NOT EXISTS (SELECT FROM pg_constraint "
        "WHERE conrelid = owned.oid AND contype = 'p' AND conkey[1] = owned.key)"
    ),
    "index {}: it is unique over all organizations, which tells one what another has": (
        "SELECT i.indexrelid::regclass::text FROM owned JOIN pg_index i ON i.indrelid = owned.oid "
        "WHERE i.indisunique AND NOT i.indisprimary AND i.indkey[0] <> owned.key "
        "AND i.indexrelid::regclass::text <> ALL (:unique_for_all)"
    ),
    "reference {}: it does not begin with organization_id on both sides": (
        "SELECT f.conname FROM owned JOIN pg_constraint f ON f.conrelid = owned.oid AND f.contype = 'f' "
        "LEFT JOIN owned other ON other.oid = f.confrelid "
        "WHERE f.conkey[1] <> owned.key OR f.confkey[1] IS DISTINCT FROM other.key"
    ),
    "table {}: it grants what row-level security does not look at, or to everybody": (
        "SELECT DISTINCT relname FROM owned, aclexplode(owned.relacl) a WHERE a.grantee = 0 "
        "OR (a.grantee IN ('antiphon_app'::regrole, 'antiphon_system'::regrole) "
        "AND a.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))"
    ),
    "view {}: it shows what its owner sees; make it with (security_invoker = true)": (
        "SELECT relname FROM mine WHERE relkind = 'v' "
        "AND NOT coalesce(reloptions, '{{}}') && ARRAY['security_invoker=true', 'security_invoker=on']"
    ),
    "materialised view {}: it holds the rows of all organizations": "SELECT relname FROM mine WHERE relkind = 'm'",
    "function {}: it runs with the rights of its owner (SECURITY DEFINER)": (
        "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT EXISTS "
        "(SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')"
    ),
    "role {}: it is not bound by row-level security, or may become a role that is not": (
        "SELECT rolname FROM pg_roles WHERE rolname IN ('antiphon_app', 'antiphon_system') AND EXISTS (SELECT FROM "
        "pg_roles r WHERE (r.rolsuper OR r.rolbypassrls) AND pg_has_role(pg_roles.oid, r.oid, 'MEMBER'))"
    ),
    "role {}: it may become the other one": (
        "SELECT a.rolname FROM pg_roles a JOIN pg_roles b ON a.rolname <> b.rolname "
        "WHERE a.rolname IN ('antiphon_app', 'antiphon_system') AND b.rolname IN ('antiphon_app', 'antiphon_system') "
        "AND pg_has_role(a.oid, b.oid, 'MEMBER')"
    ),
}


def escapes(connection: Connection) -> list[str]:
    """Return what row-level security does not bind as it has to, one line each; empty on SQLite, which has none."""
    if connection.dialect.name != "postgresql":
        return []
    return [form.format(name) for form, question in _QUESTIONS.items() for name in _answers(connection, question)]


def look_for_escapes(engine: Engine) -> list[str]:
    """
    Return `escapes` of the database.

    Raises:
        ServiceUnavailable: it can't be reached.
    """
    with logged_in(engine, reads=True) as connection:
        return escapes(connection)


def _answers(connection: Connection, question: str) -> Iterator[str]:
    values = {"policy": POLICY, "of_nobody": list(OF_NOBODY), "unique_for_all": list(UNIQUE_FOR_ALL)}
    statement = text(_TABLES + question.replace("{{}}", "{}"))
    known = {name: value for name, value in values.items() if f":{name}" in question}
    yield from sorted(map(str, connection.execute(statement, known).scalars()))
