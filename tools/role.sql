-- The gateway's role and its database: it owns that one and is nothing more on the server, so that a hole in a query
-- could not become one in the machine. Run by tools/stack, and by the PostgreSQL of docker-compose.yml when it is new.
\getenv password FOOTFALL_DATABASE_PASSWORD
select 'create role footfall login' where not exists (select from pg_roles where rolname = 'footfall') \gexec
alter role footfall nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
select 'create database footfall owner footfall' where not exists (select from pg_database where datname = 'footfall') \gexec
revoke all on database footfall from public;
