-- One row a step a person took. person_id is no reference: history comes before people in the order
-- of the features, and a trace outlives the person's row (0: the owner or the program).
CREATE TABLE edit (
    id IDENTITY,
    feature TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    sentence TEXT NOT NULL,
    before TEXT NOT NULL,
    person_id BIGINT NOT NULL,
    at_s BIGINT NOT NULL,
    undone_at_s BIGINT,
    undone_by_id BIGINT
);
CREATE INDEX edit_by_subject ON edit (subject, id);
