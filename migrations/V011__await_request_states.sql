-- The states of the requests that are here are made of their histories once the functions are there too, by
-- deriveStates (lib/flows/migrate), which drops this table: how far it has come.
CREATE TABLE derived_up_to AS SELECT ''::varchar(64) COLLATE "C" AS pagw_id;
