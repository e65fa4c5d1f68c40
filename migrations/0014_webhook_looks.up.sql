-- By App, when its webhooks that did not arrive were last looked for, and when they are again.
create table webhook_look (
    app bigint primary key,
    looked_at timestamptz,
    due_at timestamptz not null
);
