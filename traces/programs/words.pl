my %count; my $x = 1; my $text = '';
for my $i (1 .. 12000) { $x = ($x * 16807) % 2147483647; my $w = 'w' . ($x % 3000); $count{$w}++; $text .= "$w " if $i % 4 == 0; }
my @top = sort { $count{$b} <=> $count{$a} || $a cmp $b } keys %count;
my $n = () = $text =~ /w1\d+/g;
print "$top[0] $count{$top[0]} $n\n";
