drop table webhook_look;
