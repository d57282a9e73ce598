#!/usr/bin/env perl
# The rules of the house, read off the source as text: floors, cycles, doors, lengths, names.
# Each rule is one test; what breaks it is listed below it.
use strict;
use warnings;

my $top = $ENV{top_srcdir} // '.';
chdir $top or die "cannot enter $top: $!";

# Floors, and what each may include besides itself (ARCHITECTURE.md).
my %floors = (
    base    => [],
    io      => [qw(base)],
    spec    => [qw(base io)],
    control => [qw(base io)],
    fetch   => [qw(base io spec)],
    data    => [qw(base io spec)],
    store   => [qw(base spec)],
    run     => [qw(base io spec fetch data store)],
    import  => [qw(base io spec)],
    fetchd    => [qw(base io spec control fetch data store run)],
    fetchctl  => [qw(base io spec control import)],
    fetchmock => [qw(base io spec)],
);

# Libraries and the files that may include them.
my %doors = (
    'curl/'       => [qw(src/fetch/tailor.c src/fetch/transfer.c src/fetch/transfer_end.c src/fetch/multi.c src/fetch/url.c
                          src/control/client.c)],
    'json-c/'     => [qw(src/base/json.c)],
    'yaml.h'      => [qw(src/spec/yaml.c)],
    'sqlite3.h'   => [qr{^src/store/}],
    'systemd/'    => [qw(src/fetchd/systemd.c)],
    'zlib.h'      => [qw(src/fetch/decode.c src/data/pack_codec.c), qr{^src/fetchmock/}],
    'zstd.h'      => [qw(src/data/pack_codec.c)],
    'sha256.h'    => [qw(src/data/pack.c src/data/sum.c)],
    'event2/'     => [qw(src/io/loop.c src/control/server.c), qr{^src/control/}, qr{^src/fetchmock/}],
    'libsmartcols/' => [qw(src/fetchctl/table.c)],
);

my $FILE_MAX     = 500;
my $FUNCTION_MAX = 70;
my $PARAMS_MAX   = 5;
my $EXPORTS_MAX  = 17;
my $COLUMNS_MAX  = 100;

my %text = map { my $f = $_; open my $in, '<', $f or die "$f: $!"; local $/; ($f => scalar <$in>) }
    glob('src/*/*.[ch]');
my @sources = sort grep { $text{$_} !~ m{^/\* Made from } } keys %text; # what make writes is not ours

my ($number, $failed) = (0, 0);

sub rule {
    my ($name, @broken) = @_;
    $number++;
    $failed++ if @broken;
    print @broken ? "not ok" : "ok", " $number - $name\n";
    print "# $_\n" for @broken;
}

sub floor_of { (split m{/}, shift)[1] }

sub tabs_wide { my $line = shift; 1 while $line =~ s/\t/' ' x (8 - $-[0] % 8)/e; length $line }

# The text without comments and the insides of literals, line structure kept.
sub bare {
    my $code = shift;
    $code =~ s{(/\*.*?\*/)|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(//[^\n]*)}
              {my $c = $1 // $2; defined $c ? ($c =~ s/[^\n]//gr) : '""'}gse;
    return $code;
}

# Functions defined in a file: [name, static, parameters, lines, first line].
sub functions {
    my $code = bare(shift);
    my @found;
    while ($code =~ /^((?!typedef|struct\s+\w+\s*\{|enum)[A-Za-z_][^;{}=#]*?)\b(\w+)\(([^;{}]*)\)\s*\n\{\n(.*?)^\}/gms) {
        my ($head, $name, $params, $body, $start) = ($1, $2, $3, $4, $-[0]);
        my $depth = 0;
        $params =~ s/,\s*struct err \*\w*\s*$//; # where the sentence goes is not counted
        $params =~ s/,\s*\.\.\.\s*$//;
        my $count = $params =~ /^\s*(void)?\s*$/ ? 0 : 1;
        for my $c (split //, $params) {
            $depth++ if $c eq '(' || $c eq '[';
            $depth-- if $c eq ')' || $c eq ']';
            $count++ if $c eq ',' && $depth == 0;
        }
        push @found, [$name, $head =~ /\bstatic\b/ ? 1 : 0, $count, ($body =~ tr/\n//),
                      1 + (substr($code, 0, $start) =~ tr/\n//)];
    }
    return @found;
}

my (@floor, @door, %uses, @long, @wide, @big, @params, @typedef, @exports, @banned, @intro);
my (@prefixed, @guards, @notes);
my ($static, $all) = (0, 0);

for my $file (@sources) {
    my $floor = floor_of($file);
    my @lines = split /\n/, $text{$file};

    push @intro, "$file begins without a paragraph about itself" unless $text{$file} =~ m{^/\*};
    push @long, "$file: " . @lines . " lines" if @lines > $FILE_MAX;
    push @notes, "$file: $1" if $text{$file} =~ /\b(TODO|FIXME|XXX)\b/;
    if ($file =~ m{^src/(.*)\.h$}) {
        my $guard = uc($1 =~ s{/}{_}gr) . '_H';
        push @guards, "$file: expected $guard"
            unless $text{$file} =~ /^#ifndef $guard\n#define $guard\n/m;
    }
    push @banned, $file if $file =~ m{/(util|utils|common|misc|helpers?)\.[ch]$};
    for my $i (0 .. $#lines) {
        push @wide, "$file:" . ($i + 1) if tabs_wide($lines[$i]) > $COLUMNS_MAX;
        push @typedef, "$file:" . ($i + 1) if $lines[$i] =~ /^\s*typedef\s+struct\b[^(]*$/;
        if ($lines[$i] =~ /^\s*#include\s+"([^"]+)"/) {
            my $included = "src/$1";
            my $to = floor_of($included) // '';
            push @{ $uses{$file} }, $included;
            push @floor, "$file includes $1" unless $to eq $floor || grep { $_ eq $to } @{ $floors{$floor} };
        }
        if ($lines[$i] =~ /^\s*#include\s+<([^>]+)>/) {
            my $header = $1;
            for my $library (keys %doors) {
                next unless index($header, $library) == 0;
                push @door, "$file includes <$header>"
                    unless grep { ref $_ ? $file =~ $_ : $file eq $_ } @{ $doors{$library} };
            }
        }
    }
    next unless $file =~ /\.c$/;
    for my $function (functions($text{$file})) {
        my ($name, $is_static, $params, $length, $line) = @$function;
        my ($module) = $file =~ m{([^/]+)\.c$};
        push @prefixed, "$file:$line: $name" if $is_static && $name =~ /^${module}_/;
        $all++;
        $static += $is_static;
        push @big, "$file:$line: $name has $length lines" if $length > $FUNCTION_MAX;
        push @params, "$file:$line: $name takes $params parameters" if $params > $PARAMS_MAX;
    }
}

for my $header (grep { /\.h$/ } @sources) {
    my $code = bare($text{$header});
    $code =~ s/\{[^{}]*\}//gs while $code =~ /\{[^{}]*\}/;
    my $count = () = $code =~ /^(?!typedef|static|struct\s+\w+;|#)[A-Za-z_][^;=]*\b\w+\([^;]*;/gm;
    push @exports, "$header declares $count functions" if $count > $EXPORTS_MAX && $header !~ /(json|_internal)\.h$/;
}

# What a header declares must be of use to somebody else, if only to a test.
my $tests = join '', map { open my $in, '<', $_ or die "$_: $!"; local $/; scalar <$in> }
    glob('tests/*/*.[ch] tests/unit/*/*.[ch] tools/*.[ch]');
my %words; # word -> the files of src that hold it
for my $file (@sources) {
    $words{$_}{$file} = 1 for bare($text{$file}) =~ /\b([a-z]\w+)\b/g;
}
my @unused;
for my $file (grep { /\.c$/ } @sources) {
    for my $function (grep { !$_->[1] } functions($text{$file})) {
        my $name = $function->[0];
        next if $name eq 'main' || $tests =~ /\b$name\b/;
        my @users = grep { $_ ne $file && /\.c$/ } keys %{ $words{$name} };
        my @inline = grep { /\.h$/ && (() = bare($text{$_}) =~ /\b$name\b/g) > 1 } keys %{ $words{$name} };
        push @unused, "$file: $name" unless @users || @inline;
    }
}

# Include cycles: depth-first over files that exist.
my (%state, @cycles);
sub visit {
    my ($file, @path) = @_;
    return if ($state{$file} // '') eq 'done' || !exists $text{$file};
    if (($state{$file} // '') eq 'open') {
        push @cycles, join(' -> ', @path, $file);
        return;
    }
    $state{$file} = 'open';
    visit($_, @path, $file) for @{ $uses{$file} // [] };
    $state{$file} = 'done';
}
visit($_) for @sources;

# A file that knows both HTTP and SQLite: both libraries' doors, or both floors' headers below run.
my @both = grep { my $f = $_; $f !~ m{^src/run/} && grep(m{^src/(control|fetch)/}, @{ $uses{$f} // [] })
                  && grep(m{^src/store/}, @{ $uses{$f} // [] }) } @sources;

rule('a-file-includes-only-its-floor-and-those-it-stands-on', @floor);
rule('there-are-no-include-cycles', @cycles);
rule('each-library-has-its-doors', @door);
rule('no-file-knows-both-http-and-sqlite', @both);
rule("files-have-at-most-$FILE_MAX-lines", @long);
rule("functions-have-at-most-$FUNCTION_MAX-lines", @big);
rule("functions-take-at-most-$PARAMS_MAX-parameters", @params);
rule("headers-export-at-most-$EXPORTS_MAX-functions", @exports);
rule("lines-have-at-most-$COLUMNS_MAX-columns", @wide);
rule('structs-are-not-hidden-behind-typedefs', @typedef);
rule('no-file-is-called-util-or-common', @banned);
rule('every-file-begins-with-what-it-is-for', @intro);
rule('static-functions-carry-no-module-prefix', @prefixed);
rule('no-function-is-exported-for-nobody', @unused);
rule('guards-are-named-after-their-file', @guards);
rule('nothing-is-left-to-be-done-in-a-comment', @notes);
rule('sixty-percent-of-the-functions-are-static',
    $all && $static / $all < 0.6 ? "only $static of $all" : ());

my ($formatter) = grep { -x $_ } map { ("$_/clang-format-14", "$_/clang-format") } split(/:/, $ENV{PATH});
if ($formatter) {
    my @unformatted = grep { system("$formatter --dry-run -Werror $_ >/dev/null 2>&1") != 0 }
        @sources, glob('tests/*/*.[ch] tests/unit/*/*.[ch]');
    rule('the-code-is-as-clang-format-14-writes-it', @unformatted);
} else {
    $number++;
    print "ok $number - the-code-is-as-clang-format-14-writes-it # SKIP clang-format-14 is not installed\n";
}

print "1..$number\n";
exit($failed ? 1 : 0);
