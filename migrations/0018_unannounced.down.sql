alter table source drop column unannounced_at, drop column unannounced, drop column nudges_heard;
