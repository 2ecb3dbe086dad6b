create table book(id integer primary key, title text, year int, price real);
with recursive n(i) as (select 1 union all select i+1 from n where i<4000) insert into book select i, 'title '||((i*7919)%10007), 1500+(i*31)%520, (i*37)%1000/10.0 from n;
create index by_year on book(year);
select year, count(*), avg(price) from book group by year order by 2 desc, 1 limit 5;
select count(*) from book a join book b on a.year=b.year where a.price<b.price and a.id<400;
update book set price=price*1.1 where year<1600;
delete from book where id%7=0;
select sum(price) from book;
