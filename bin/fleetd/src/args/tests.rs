use super::*;

fn read(line: &str) -> Result<Args, String> {
    Args::read(line.split_whitespace().map(OsString::from))
}

#[test]
fn what_is_typed_is_one_command_or_a_sentence() {
    let file = || Some(PathBuf::from("f.yaml"));
    for (line, config, command) in [
        ("", None, Command::Run),
        ("--config f.yaml", file(), Command::Run),
        ("init --config f.yaml", file(), Command::Init(Keys::First)),
        ("--config f.yaml init --next", file(), Command::Init(Keys::Next)),
        ("service door --out d", None, Command::Service { name: "door".into(), out: "d".into() }),
        ("init --help", None, Command::Help),
        ("-V", None, Command::Version),
    ] {
        assert_eq!(read(line), Ok(Args { config, command }), "{line}");
    }
    for (line, why) in [
        ("--config", "--config wants a file"),
        ("--config a --config b", "--config is not understood"),
        ("--next", "these words do not go together"),
        ("init --out x", "these words do not go together"),
        ("service door", "a service has one NAME, and --out"),
        ("service --out d", "a service has one NAME, and --out"),
        ("dance", "dance is not understood"),
        ("--dance", "--dance is not understood"),
    ] {
        assert_eq!(read(line), Err(why.into()), "{line}");
    }
}
