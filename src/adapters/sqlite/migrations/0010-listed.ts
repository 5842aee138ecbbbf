/*
 * Which events are of a type, and which deliveries arrived at an endpoint, but for the newest (acts/listing.ts). As indexes they
 * cost every commit a page for each type and each endpoint in it, most of what was written to the disk.
 */
export const listed = `
CREATE TABLE event_of_type (
  account_no INTEGER NOT NULL,
  type TEXT NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (account_no, type, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery_arrived (
  endpoint_no INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (endpoint_no, key)
) STRICT, WITHOUT ROWID;

-- Events before this one, and their deliveries, are in these two.
ALTER TABLE node ADD COLUMN listed_seq INTEGER NOT NULL DEFAULT 0;

INSERT INTO event_of_type SELECT account_no, type, seq FROM event ORDER BY 1, 2, 3;
INSERT INTO delivery_arrived SELECT endpoint_no, key FROM delivery WHERE state = 1 ORDER BY 1, 2;
UPDATE node SET listed_seq = (SELECT coalesce(max(seq), 0) + 1 FROM event);

DROP INDEX event_type_of;
DROP INDEX delivery_state;
CREATE INDEX delivery_state ON delivery (endpoint_no, state) WHERE state <> 1;

CREATE TRIGGER event_gone AFTER DELETE ON event BEGIN
  DELETE FROM event_of_type WHERE account_no = OLD.account_no AND type = OLD.type AND seq = OLD.seq;
END;
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery WHEN OLD.state = 1 BEGIN
  DELETE FROM delivery_arrived WHERE endpoint_no = OLD.endpoint_no AND key = OLD.key;
END;
CREATE TRIGGER delivery_arrives AFTER UPDATE OF state ON delivery WHEN NEW.state = 1 AND OLD.state <> 1
  AND NEW.key < (SELECT listed_seq * 65536 FROM node) BEGIN
  INSERT INTO delivery_arrived VALUES (NEW.endpoint_no, NEW.key);
END;
CREATE TRIGGER delivery_put_back AFTER UPDATE OF state ON delivery WHEN OLD.state = 1 AND NEW.state <> 1 BEGIN
  DELETE FROM delivery_arrived WHERE endpoint_no = OLD.endpoint_no AND key = OLD.key;
END;
`;
