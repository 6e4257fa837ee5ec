#!/usr/bin/perl
# Writes a small database of places in MaxMind's format for the tests, from the networks that are kept for documentation
# (RFC 5737 and 3849). Needs Debian's libmaxmind-db-writer-perl.
#
#   make-database.pl FILE [--ip-version 4|6] [--record-size 24|28|32] [--first-country CC]
use strict;
use warnings;

use Getopt::Long qw(GetOptions);
use MaxMind::DB::Writer::Tree;

my ( $ip_version, $record_size, $first_country ) = ( 6, 24, 'AT' );
GetOptions(
    'ip-version=i'    => \$ip_version,
    'record-size=i'   => \$record_size,
    'first-country=s' => \$first_country,
) or exit 64;
my $file = shift @ARGV or exit 64;

# The types of the fields by their names, wherever in a record they stand.
my %types = (
    city               => 'map',
    continent          => 'map',
    country            => 'map',
    country_code       => 'utf8_string',
    iso_code           => 'utf8_string',
    code               => 'utf8_string',
    geoname_id         => 'uint32',
    location           => 'map',
    latitude           => 'double',
    names              => 'map',
    de                 => 'utf8_string',
    en                 => 'utf8_string',
    registered_country => 'map',
    subdivisions       => [ 'array', 'map' ],
);

my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => $ip_version,
    record_size              => $record_size,
    database_type            => 'Footfall-Test-City',
    languages                => [ 'en', 'de' ],
    description              => { en => 'places of the tests' },
    alias_ipv6_to_ipv4       => $ip_version == 6 ? 1 : 0,
    remove_reserved_networks => 0,
    map_key_type_callback    => sub { $types{ $_[0] } },
);

my %vienna = (
    continent          => { code => 'EU', names => { de => 'Europa', en => 'Europe' } },
    country            => { geoname_id => 1, iso_code => $first_country, names => { en => 'A country' } },
    registered_country => { iso_code => 'DE' },
    subdivisions       => [ { iso_code => '9', names => { en => 'A region' } } ],
    city               => { names => { de => 'Wien', en => 'Vienna' } },
    location           => { latitude => 48.2 },
);

$tree->insert_network( '192.0.2.0/25',     \%vienna );
$tree->insert_network( '192.0.2.128/25',   { country => { iso_code => 'DE' } } );
$tree->insert_network( '198.51.100.0/25',  { continent => { code => 'EU' } } );
$tree->insert_network( '198.51.100.128/25', { registered_country => { iso_code => 'CH' } } );
$tree->insert_network( '203.0.113.0/25',   { country => { iso_code => 'EU' }, registered_country => { iso_code => 'FR' } } );
$tree->insert_network( '203.0.113.128/25', { country_code => 'NZ' } );

if ( $ip_version == 6 ) {
    $tree->insert_network(
        '2001:db8::/48',
        {
            country      => { iso_code => 'JP' },
            subdivisions => [ { iso_code => '13' } ],
            city         => { names => { en => 'A city whose name is far too long for a small text' } },
        }
    );
    $tree->insert_network( '2001:db8:1::/48', { registered_country => { iso_code => 'NO' } } );
    $tree->insert_network(
        '2001:db8:2::/48',
        {
            country      => { iso_code => 'se' },
            subdivisions => [ { iso_code => 'no code at all' } ],
            city         => { names => { en => "two\nlines\0" . ( 'x' x 300 ) } },
        }
    );
}

open my $output, '>:raw', $file or die "$file: $!";
$tree->write_tree($output);
close $output or die "$file: $!";
