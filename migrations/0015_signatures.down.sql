alter table revision drop column signature;
