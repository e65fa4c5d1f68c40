drop table foreign_check;
drop table check_look;
