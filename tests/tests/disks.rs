//! Every command on disks that are nearly full, in folders that may only be read, and where the folder is gone: nothing panics, nothing
//! is left behind, what was there is there and can be read, and what went wrong is said with what to do.
//!
//! What is killed in the midst of it is hit by `samsyn-tests kills`, which fills the disk at each call that writes, too.

use crate::outputs::{HELPERS, assert_ended_well, is_root, with_mounts};

/// Makes `there`, from which each command begins, and says how a command is tried in a fresh copy of it.
const GROUND: &str = r#"
    export SAMSYN_KEYS=keys SAMSYN_RELAY_DATA=data HOME=$PWD/home
    mkdir there disk; cd there
    works $SAMSYN --replica a new Byrån --name Åsa --encrypt
    export SAMSYN_REPLICA=a
    works $SAMSYN add contact family=Ek; id=$(cat out)
    works $SAMSYN export --json out.json
    works $SAMSYN access $id --to ek
    works $SAMSYN backup kept.backup
    works $SAMSYN --replica plain new Eget --name Åsa --no-encryption
    works $SAMSYN --replica locked new Låst --name Åsa --encrypt
    export SAMSYN_PASSPHRASE='fyra ord som ingen'
    works $SAMSYN --replica locked lock
    works $RELAY workspace create Stad --json --address host.example
    town=$(sed -n 's/.*"workspace": *"\([^"]*\)".*/\1/p' out)
    works $RELAY backup $town --to town.backup
    rm -f out err; cd ..
    kept='out.json ek.txt ek.json kept.backup town.backup'
    # tried WHERE COMMAND...: what it said stands in said, and that it is as it must be is looked at.
    tried() {
        where=$1; shift; what="$where: $(echo "$*" | sed "s|$SAMSYN|samsyn|; s|$RELAY|samsyn-relay|")"
        (cd disk; timeout 100 $PRE "$@") >said.out 2>said </dev/null; code=$?
        [ $code -lt 100 ] || fail "$what ends with $code: $(cat said)"
        grep -q -i 'panicked\|os error' said said.out && fail "$what says in raw words: $(cat said)"
        [ $code = 0 ] || [ -s said ] || fail "$what says nothing"
        if [ $code != 0 ]; then
            for file in $kept; do cmp -s there/$file disk/$file || fail "$what fails, and $file is another"; done
            left=$(cd disk; find . -name '.samsyn-*' -o -name '*-instance-*' -o -name '*-anew' -o -empty -type f ! -name '*-wal' ! -name '*.lock')
            [ -z "$left" ] || fail "$what left behind: $left"
        fi
    }
    changing() { cat <<LIST
$SAMSYN --replica new new Två --name Åsa --no-encryption
$SAMSYN --replica new new Två --name Åsa --encrypt
$SAMSYN --replica new join ws://127.0.0.1:1/$town --name Bo --no-encryption
$SAMSYN relay ws://127.0.0.1:1 --anyway
$SAMSYN add contact family=Alm
$SAMSYN set $id given=Bo
$SAMSYN remove $id
$SAMSYN erase $id --yes
$SAMSYN refused retry
$SAMSYN review --done
$SAMSYN --replica plain encrypt
$SAMSYN decrypt
$SAMSYN lock
$SAMSYN --replica locked unlock
$SAMSYN backup new.backup
$SAMSYN backup kept.backup --overwrite
$SAMSYN restore kept.backup
$SAMSYN --replica new restore kept.backup
$SAMSYN export --json out.json --overwrite
$SAMSYN export --json new.json
$SAMSYN export --automerge automerge
$SAMSYN access $id --to ek --overwrite
$SAMSYN access $id --to new
$SAMSYN demo --no-window --keep demo
$RELAY workspace create Ny
$RELAY invite $town
$RELAY backup $town --to new.backup
$RELAY restore town.backup --replace
$RELAY compact $town
$RELAY erase $town $id --yes
$RELAY config check
$RELAY member role $town $id reader
$RELAY member remove $town $id
$RELAY device revoke $town $id
LIST
    }
    reading() { cat <<LIST
$SAMSYN list contact
$SAMSYN show $id
$SAMSYN show $id --history
$SAMSYN search ek
$SAMSYN access $id
$SAMSYN status
$SAMSYN relay
$SAMSYN review
$SAMSYN findings
$SAMSYN refused
$SAMSYN key
$SAMSYN fields contact
$SAMSYN refused --json
$SAMSYN review --json
$RELAY workspace list
$RELAY member list $town
$RELAY member list $town --json
$RELAY verify $town
$RELAY stats $town
LIST
    }
"#;

fn run(script: &str) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    assert_ended_well(&with_mounts(&format!("cd '{place}'; {HELPERS}\n{GROUND}\n{script}")));
}

#[test]
fn with_hardly_any_room_every_command_says_so_and_keeps_what_was_there() {
    run(r#"
        try() {
            mount -t tmpfs -o size=3m none disk; cp -a there/. disk
            fill=$(( ($(df --output=avail -B1 disk | tail -1) - $free) / 4096 ))
            dd if=/dev/zero of=disk/filler bs=4096 count=$fill 2>/dev/null
            tried "$free free in $SAMSYN_LANGUAGE" $command
            if [ $code != 0 ]; then
                case $command in
                    *join*|*'relay ws'*|*'erase'*|*member*|*device*) ;; # nobody is there who could be asked, or it is no coordinator's
                    *) grep -q -i "$words" said || fail "$what does not say that there is no room: $(cat said)";;
                esac
                case $command in
                    *lock*) ;;
                    *) works $SAMSYN --replica disk/a list contact; grep -q Ek out || fail "$what: nothing can be read after it";;
                esac
            fi
            umount disk
        }
        export SAMSYN_KEYS=$PWD/there/keys
        for free in 0 4096 65536 1048576; do
            export SAMSYN_LANGUAGE=en; words='full\|room'
            changing | while read -r command; do SAMSYN_KEYS=keys try || exit 1; done || exit 1
        done
        free=0; export SAMSYN_LANGUAGE=sv; words='full\|plats'
        changing | while read -r command; do SAMSYN_KEYS=keys try || exit 1; done || exit 1
        for free in 0 4096; do
            reading | while read -r command; do
                SAMSYN_KEYS=keys try || exit 1
                [ $code = 0 ] || fail "$what does not read: $(cat said)"
            done || exit 1
        done
    "#);
}

#[test]
fn from_a_full_disk_everything_is_backed_up_to_another_one() {
    run(r#"
        mount -t tmpfs -o size=3m none disk; cp -a there/. disk
        dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
        export SAMSYN_KEYS=disk/keys
        refuses full $SAMSYN --replica disk/a backup disk/here.backup
        works $SAMSYN --replica disk/a backup elsewhere.backup
        works $SAMSYN --replica disk/a backup anywhere.backup --passphrase
        clean disk; [ -z "$(ls -A | grep '^\.samsyn')" ] || fail "left behind: $(ls -A)"
        SAMSYN_KEYS=others; works $SAMSYN --replica back restore anywhere.backup
        shows Ek $SAMSYN --replica back list contact
    "#);
}

#[test]
fn where_nothing_may_be_written_every_command_says_so_and_what_is_there_can_be_read() {
    // Root may write everywhere: it does not with its powers taken away.
    let pre = if is_root() { "setpriv --inh-caps=-all --bounding-set=-all --securebits=+noroot" } else { "" };
    run(&format!(
        r#"PRE='{pre}'
        cp -a there/. disk; chmod -R a-w disk
        for lines in changing reading; do
            $lines | while read -r command; do
                tried 'read-only' $command
                [ $lines = changing ] || [ $code = 0 ] || fail "$what does not read: $(cat said)"
                grep -q 'damaged\|resource busy' said && fail "$what says something else: $(cat said)"
                (cd disk; find . -newer ../said -type f | grep -q .) && fail "$what writes"
                true
            done || exit 1
        done
        # Only the file: SQLite keeps its log beside it, and still nothing goes into it.
        chmod u+w disk disk/keys
        for command in "add contact family=Alm" "set $id given=Bo" "review --done" "decrypt"; do
            tried 'a file that is read-only' $SAMSYN $command
            grep -q 'read-only' said || fail "$what does not say that it is read-only: $(cat said)"
        done
        tried 'a file that is read-only' $SAMSYN backup elsewhere.backup; [ $code = 0 ] || fail "it is not backed up: $(cat said)"
        chmod -R u+w disk
        "#
    ));
}

#[test]
fn where_the_folder_is_gone_every_command_says_so() {
    run(r#"
        for lines in changing reading; do
            $lines | grep -v ' key$\| fields ' | while read -r command; do
                mkdir disk/gone
                (cd disk/gone; rmdir ../gone; timeout 100 $command) >said.out 2>said </dev/null; code=$?
                [ $code -lt 100 ] || fail "$command ends with $code: $(cat said)"
                [ $code != 0 ] && [ -s said ] || fail "$command works: $(cat said.out)"
                grep -q -i 'panicked\|os error\|busy' said && fail "$command: $(cat said)"
                true
            done || exit 1
        done
        [ -z "$(ls -A disk)" ] || fail "something is there: $(ls -A disk)"
    "#);
}

/// A relay with a coordinator who has a replica in `disk`, and what of it only asks the relay.
const TOWN: &str = r#"
    export SAMSYN_KEYS=$PWD/disk/keys SAMSYN_RELAY_DATA=$PWD/data SAMSYN_REPLICA=$PWD/disk/b HOME=$PWD/home
    works $RELAY workspace create Byrån --json
    export SAMSYN_CODE=$(sed -n 's/.*"code": *"\([^"]*\)".*/\1/p' out)
    workspace=$(sed -n 's/.*"workspace": *"\([^"]*\)".*/\1/p' out)
    $RELAY serve --listen 127.0.0.1:0 >listening 2>log & relay=$!
    trap 'kill $relay' EXIT
    for i in $(seq 200); do grep -q listening listening && break; kill -0 $relay 2>/dev/null || fail "it does not start: $(cat log)"; sleep 0.1; done
    port=$(sed -n 's/.*:\([0-9]*\)$/\1/p' listening)
    works $SAMSYN join ws://127.0.0.1:$port/$workspace --name Åsa --encrypt
    works $SAMSYN add contact family=Ek
    works $SAMSYN sync
    asks() {
        shows "coordinator.*Åsa" $PRE $SAMSYN members
        shows '"label":.*Åsa' $PRE $SAMSYN members --json
        works $PRE $SAMSYN members --history
        works $PRE $SAMSYN invite --json
        shows 'Open invitations: [1-9]' $PRE $SAMSYN members
        member=$(awk '/Åsa/ { print substr($1, 1, 8) }' out)
        refuses 'without a coordinator' $PRE $SAMSYN member role $member reader
    }
"#;

#[test]
fn what_is_only_asked_of_the_relay_is_asked_from_a_full_disk_too() {
    run(&format!(
        r#"mount -t tmpfs -o size=4m none disk
        {TOWN}
        dd if=/dev/zero of=disk/filler bs=4096 2>/dev/null
        refuses 'disk is full' $SAMSYN sync
        asks; clean disk
        rm disk/filler; works $SAMSYN sync; asks
        "#
    ));
}

#[test]
fn what_is_only_asked_of_the_relay_is_asked_where_nothing_may_be_written() {
    let pre = if is_root() { "setpriv --inh-caps=-all --bounding-set=-all --securebits=+noroot" } else { "" };
    run(&format!(
        r#"{TOWN}
        chmod -R a-w disk; PRE='{pre}'
        refuses 'read-only' $PRE $SAMSYN sync
        asks
        # Nor where there is no home that could be written to, for what needs none.
        mkdir -p nowhere; chmod a-w nowhere; export HOME=$PWD/nowhere XDG_DATA_HOME=$PWD/nowhere/data; unset SAMSYN_REPLICA
        works $PRE $SAMSYN fields
        works $PRE $SAMSYN fields contact
        works $PRE $SAMSYN --help
        refuses 'no replica' $PRE $SAMSYN list contact
        refuses 'Permission denied' $PRE $SAMSYN new Byrån --name Åsa --no-encryption
        chmod -R u+w disk nowhere
        "#
    ));
}

#[test]
fn somebody_else_who_may_read_the_files_reads_them() {
    if !is_root() {
        eprintln!("only root can be somebody else");
        return;
    }
    run(r#"
        # The programs may stand where nobody else may look.
        mkdir programs; cp $SAMSYN programs/samsyn; cp $RELAY programs/samsyn-relay
        cp -a there/. disk; chmod -R a+rX . ; chmod a+x .
        # As an administrator makes them readable: each file, and its folder.
        SAMSYN=$PWD/programs/samsyn RELAY=$PWD/programs/samsyn-relay
        PRE='setpriv --reuid=65534 --regid=65534 --clear-groups'
        reading | while read -r command; do
            tried 'somebody else' $command
            [ $code = 0 ] || fail "$what does not read: $(cat said)"
        done || exit 1
    "#);
}
