-- By App, when its webhooks that did not arrive are looked for next.
create table webhook_look (
    app bigint primary key,
    due_at timestamptz not null
);
