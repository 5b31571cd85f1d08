//! What starts `schedule due` when nobody is there: a timer of the system, each with what it means and how to switch it on.

use std::path::{Path, PathBuf};

use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::record::store::write_atomically;

/// The systems that start programs at times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// A timer and a service of the user's systemd.
    Systemd,
    /// An agent of launchd on a Mac.
    Launchd,
    /// Lines for `crontab -e`.
    Cron,
    /// A definition for the Task Scheduler of Windows.
    Windows,
}

impl System {
    /// The usual one of this computer.
    pub fn usual() -> Self {
        match std::env::consts::OS {
            "macos" => Self::Launchd,
            "windows" => Self::Windows,
            "linux" if Path::new("/run/systemd/system").is_dir() => Self::Systemd,
            _ => Self::Cron,
        }
    }
}

/// What is installed: files, and what to do with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// Where each file belongs, and what is in it. None for cron, whose lines a person adds.
    pub files: Vec<(PathBuf, String)>,
    /// Lines that are added by hand.
    pub lines: Option<String>,
    /// What it does, and the commands that switch it on and off.
    pub explanation: String,
}

/// How often it is looked what is due.
const MINUTES: u32 = 5;

/// What runs the jobs of the site in `root` with this program. `home` is the folder of the user.
///
/// # Errors
/// A path that is no text, or holds a line break, which no such file can hold.
pub fn installation(system: System, program: &Path, root: &Path, home: &Path) -> Result<Installation> {
    let (program, root) = (text(program)?, text(root)?);
    let name = format!("trackrecord-{}", label(&root));
    Ok(match system {
        System::Systemd => systemd(&name, &program, &root, home),
        System::Launchd => launchd(&name, &program, &root, home),
        System::Cron => cron(&program, &root),
        System::Windows => windows(&name, &program, &root),
    })
}

/// Writes the files where they belong.
///
/// # Errors
/// A folder that cannot be written to.
pub fn write(installation: &Installation) -> Result<()> {
    installation.files.iter().try_for_each(|(path, content)| write_atomically(path, content.as_bytes(), false))
}

fn text(path: &Path) -> Result<String> {
    let text = path.to_str().filter(|text| !text.contains(['\n', '\r', '\0']));
    text.map(str::to_owned).ok_or_else(|| {
        Error::usage(format!("the path {} cannot be written into such a file", path.display()))
            .hint("move the site to a folder whose name is plain text")
    })
}

/// A short name for a site, which differs from that of every other folder.
fn label(root: &str) -> String {
    let last = root.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or("site");
    let plain: String = last
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    format!("{}-{}", plain.trim_matches('-'), sha256(root.as_bytes(), 6))
}

fn systemd(name: &str, program: &str, root: &str, home: &Path) -> Installation {
    // In quotes, `\` and `"` are escaped; `%` and `$` would be replaced.
    let quoted = |text: &str| {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%").replace('$', "$$");
        format!("\"{escaped}\"")
    };
    let service = format!(
        "[Unit]\nDescription=What is due of the track record in {}\nWants=network-online.target\nAfter=network-online.target\n\n\
         [Service]\nType=oneshot\nExecStart={} --root {} --quiet schedule due\n# A job that hangs is ended by its own limit long before.\nTimeoutStartSec=1d\n",
        root.replace('%', "%%"),
        quoted(program),
        quoted(root)
    );
    let timer = format!(
        "[Unit]\nDescription=Looks every {MINUTES} minutes what is due of the track record\n\n\
         [Timer]\nOnCalendar=*:0/{MINUTES}\n# After the computer was off or asleep it looks at once.\nPersistent=true\nAccuracySec=30s\n\n\
         [Install]\nWantedBy=timers.target\n"
    );
    let folder = home.join(".config/systemd/user");
    Installation {
        files: vec![(folder.join(format!("{name}.service")), service), (folder.join(format!("{name}.timer")), timer)],
        lines: None,
        explanation: format!(
            "A timer of your own systemd looks every {MINUTES} minutes what is due. Switch it on:\n  \
             systemctl --user daemon-reload\n  systemctl --user enable --now {name}.timer\n\
             It runs while you are logged in; to have it run always:\n  loginctl enable-linger\n\
             See when it looks next, and what it said:\n  systemctl --user list-timers {name}.timer\n  journalctl --user -u {name}.service\n\
             Switch it off:\n  systemctl --user disable --now {name}.timer"
        ),
    }
}

fn launchd(name: &str, program: &str, root: &str, home: &Path) -> Installation {
    let arguments: String = [program, "--root", root, "--quiet", "schedule", "due"]
        .iter()
        .map(|argument| format!("    <string>{}</string>\n", xml(argument)))
        .collect();
    let label = format!("org.{name}");
    let plist = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n<dict>\n  <key>Label</key>\n  <string>{label}</string>\n  <key>ProgramArguments</key>\n  <array>\n{arguments}  </array>\n  \
         <key>StartInterval</key>\n  <integer>{}</integer>\n  <key>RunAtLoad</key>\n  <true/>\n</dict>\n</plist>\n",
        MINUTES * 60
    );
    let path = home.join(format!("Library/LaunchAgents/{label}.plist"));
    Installation {
        explanation: format!(
            "An agent of launchd looks every {MINUTES} minutes, and after the Mac was asleep, what is due. Switch it on:\n  \
             launchctl bootstrap gui/$(id -u) {path}\nSwitch it off:\n  launchctl bootout gui/$(id -u)/{label}",
            path = shell(&path.display().to_string())
        ),
        files: vec![(path, plist)],
        lines: None,
    }
}

fn cron(program: &str, root: &str) -> Installation {
    // In a crontab, % ends the command unless it is escaped.
    let quoted = |text: &str| shell(text).replace('%', "\\%");
    let line = format!("*/{MINUTES} * * * * {} --root {} --quiet schedule due", quoted(program), quoted(root));
    Installation {
        files: Vec::new(),
        lines: Some(line),
        explanation: format!(
            "Add this line with `crontab -e`: cron then looks every {MINUTES} minutes what is due, and mails you what it prints, which is \
             nothing as long as all is well. What was missed while the computer was off runs at the next look. Remove the line to switch it off."
        ),
    }
}

fn windows(name: &str, program: &str, root: &str) -> Installation {
    // A backslash before the closing quote would be read as part of it.
    let quoted = format!("\"{}\"", if root.ends_with('\\') { format!("{root}\\") } else { root.to_owned() });
    // Without an encoding, as in the examples of Windows: its parser refuses one that is not that of the text it is given.
    let task = format!(
        "<?xml version=\"1.0\"?>\n\
         <Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n  \
         <RegistrationInfo>\n    <Description>Looks every {MINUTES} minutes what is due of the track record</Description>\n  </RegistrationInfo>\n  \
         <Triggers>\n    <TimeTrigger>\n      <StartBoundary>2026-01-01T00:00:00</StartBoundary>\n      <Repetition>\n        <Interval>PT{MINUTES}M</Interval>\n      </Repetition>\n    </TimeTrigger>\n  </Triggers>\n  \
         <Settings>\n    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n    <StartWhenAvailable>true</StartWhenAvailable>\n    \
         <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n    \
         <ExecutionTimeLimit>P1D</ExecutionTimeLimit>\n  </Settings>\n  \
         <Actions>\n    <Exec>\n      <Command>{}</Command>\n      <Arguments>--root {} --quiet schedule due</Arguments>\n    </Exec>\n  </Actions>\n</Task>\n",
        xml(program),
        xml(&quoted)
    );
    let path = PathBuf::from(root).join("config").join("schedule.xml");
    Installation {
        explanation: format!(
            "A task of the Task Scheduler looks every {MINUTES} minutes, and after the computer was off, what is due. Switch it on:\n  \
             schtasks /Create /TN {name} /XML \"{}\"\n\
             It runs while you are logged in, and its window shows for a moment; with `/RU %USERNAME% /RP *` after it, it asks for your password \
             once and runs always, unseen.\nSwitch it off:\n  schtasks /Delete /TN {name}",
            path.display()
        ),
        files: vec![(path, task)],
        lines: None,
    }
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A text as one word of a shell.
fn shell(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+=:@,".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(system: System, root: &str) -> Installation {
        installation(system, Path::new("/opt/track record"), Path::new(root), Path::new("/home/me")).unwrap()
    }

    #[test]
    fn systemd_gets_a_service_and_a_timer_whose_names_belong_together() {
        let made = installed(System::Systemd, "/home/me/100% \"mine\" $HOME");
        let names: Vec<_> = made.files.iter().map(|(path, _)| path.display().to_string()).collect();
        assert!(names[0].starts_with("/home/me/.config/systemd/user/trackrecord-100---mine---home-"), "{names:?}");
        assert_eq!(names[0].trim_end_matches(".service"), names[1].trim_end_matches(".timer"));
        let line = made.files[0].1.lines().find(|line| line.starts_with("ExecStart=")).unwrap();
        let expected =
            r#"ExecStart="/opt/track record" --root "/home/me/100%% \"mine\" $$HOME" --quiet schedule due"#;
        assert_eq!(line, expected);
        assert!(made.files[1].1.contains("Persistent=true"));
        assert!(made.explanation.contains("systemctl --user enable --now trackrecord-100---mine---home-"));
    }

    #[test]
    fn two_folders_of_one_name_are_two_sites() {
        let name = |root: &str| installed(System::Systemd, root).files[0].0.clone();
        assert_ne!(name("/a/record"), name("/b/record"));
        assert_eq!(name("/a/record"), name("/a/record"));
    }

    #[test]
    fn a_line_for_cron_survives_what_shells_and_cron_make_of_letters() {
        let made = installed(System::Cron, "/home/me/it's 100%");
        let expected = r"*/5 * * * * '/opt/track record' --root '/home/me/it'\''s 100\%' --quiet schedule due";
        assert_eq!(made.lines.as_deref(), Some(expected));
        assert!(made.files.is_empty());
    }

    #[test]
    fn definitions_in_xml_are_well_formed_whatever_the_path() {
        for system in [System::Launchd, System::Windows] {
            let made = installed(system, "/home/me/a & <b> \"c\"");
            let mut reader = quick_xml::Reader::from_str(&made.files[0].1);
            while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
            let escaped = "/home/me/a &amp; &lt;b&gt; &quot;c&quot;";
            assert!(made.files[0].1.contains(escaped), "{}", made.files[0].1);
        }
    }

    #[test]
    fn a_path_with_a_line_break_is_refused() {
        let broken = installation(System::Cron, Path::new("/t"), Path::new("/a\nb"), Path::new("/h"));
        assert!(broken.unwrap_err().message().contains("cannot be written"));
    }
}
