# What the tests do with a database, a WAL or a journal as a file: they see and change the plain
# side, as SQLite does. A file that a test makes itself is not sealed.

namespace ensemble configure file -map \
    [dict replace [namespace ensemble configure file -map] size suite_file_size]

namespace ensemble configure chan -map \
    [dict replace [namespace ensemble configure chan -map] truncate ::suite::truncate]

namespace eval suite {
  variable state  ;# channel,path  channel,at  channel,appends

  # The subcommands of a channel that is written in Tcl (refchan).
  proc channel {operation id args} {
    variable state
    switch $operation {
      initialize { return {initialize finalize watch read write seek} }
      finalize { array unset state $id,* }
      watch {}
      read {
        set bytes [binary format H* [hexio_read $state($id,path) $state($id,at) [lindex $args 0]]]
        incr state($id,at) [string length $bytes]
        return $bytes
      }
      write {
        if {$state($id,appends)} { set state($id,at) [suite_file_size $state($id,path)] }
        binary scan [lindex $args 0] H* hex
        set written [expr {[string length $hex] / 2}]
        hexio_write $state($id,path) $state($id,at) $hex
        incr state($id,at) $written
        return $written
      }
      seek {
        lassign $args offset base
        switch $base {
          start { set state($id,at) $offset }
          current { incr state($id,at) $offset }
          end { set state($id,at) [expr {[suite_file_size $state($id,path)] + $offset}] }
        }
        return $state($id,at)
      }
    }
  }

  proc truncate {id {size current}} {
    variable state
    if {![info exists state($id,path)]} {
      return [::tcl::chan::truncate $id {*}[expr {$size eq "current" ? "" : $size}]]
    }
    flush $id
    suite_file_truncate $state($id,path) [expr {$size eq "current" ? [tell $id] : $size}]
  }

  proc open_plain_side {path mode} {
    variable state
    if {$mode in {w w+}} { suite_file_truncate $path 0 }
    set ways {r read  a write  w write  r+ {read write}  a+ {read write}  w+ {read write}}
    set id [chan create [dict get $ways $mode] ::suite::channel]
    set state($id,path) $path
    set state($id,appends) [expr {$mode eq "a"}]
    set state($id,at) [expr {$mode in {a a+} ? [suite_file_size $path] : 0}]
    return $id
  }

  # A journal that a test makes belongs to a database as well.
  proc make_journal {path} {
    if {[file exists $path] || ![regexp {^(.*)-(wal|journal)$} $path all database]} return
    if {[suite_file_is_sealed $database]} { close [suite_open $path w] }
  }
}

rename open suite_open
proc open {path {mode r} args} {
  set plain_mode [string map {RDONLY r RDWR r+ b {}} $mode]
  if {$plain_mode in {r r+ a a+ w w+}} {
    if {$plain_mode in {w w+}} { ::suite::make_journal $path }
    if {[suite_file_is_sealed $path]} {
      set id [::suite::open_plain_side $path $plain_mode]
      if {[string match *b* $mode]} { fconfigure $id -translation binary }
      return $id
    }
  }
  uplevel 1 [list suite_open $path $mode {*}$args]
}
