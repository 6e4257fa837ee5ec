-- The gateway's two roles and its database: one owns that database and is nothing more on the server, so that a hole in a
-- query could not become one in the machine; the other is the dashboard's, which owns nothing, and sees what row-level
-- security shows it. Run by tools/stack, and by the PostgreSQL of docker-compose.yml when it is new.
\getenv password FOOTFALL_DATABASE_PASSWORD
\getenv web_password FOOTFALL_DATABASE_WEB_PASSWORD
select 'create role footfall login' where not exists (select from pg_roles where rolname = 'footfall') \gexec
select 'create role footfall_web login' where not exists (select from pg_roles where rolname = 'footfall_web') \gexec
alter role footfall nosuperuser nocreatedb nocreaterole nobypassrls password :'password';
alter role footfall_web nosuperuser nocreatedb nocreaterole nobypassrls password :'web_password';
-- So that what was erased leaves the log of changes at once (docs/privacy.md). PostgreSQL has the role since version 15.
grant pg_checkpoint to footfall;
select 'create database footfall owner footfall' where not exists (select from pg_database where datname = 'footfall') \gexec
revoke all on database footfall from public;
grant connect on database footfall to footfall_web;
