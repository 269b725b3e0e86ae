//! A program under way: what it says, how it is ended, and what it said when it had ended.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// More than the program takes for anything on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program under way. It is killed when dropped.
pub struct Running {
    child: Child,
    log: Receiver<String>,
}

impl Running {
    /// Starts the program and leaves it to run.
    pub fn start(mut command: Command) -> Running {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (lines, log) = mpsc::channel();
        // Ends with the program, or with whoever listens.
        std::thread::spawn(move || {
            stderr.lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        Running { child, log }
    }

    /// The same, where nobody reads what it says.
    pub fn start_unheard(mut command: Command) -> Running {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Running { child: child.expect("the program"), log: mpsc::channel().1 }
    }

    /// Reads the log up to a line that holds this text.
    #[track_caller]
    pub fn until_it_says(&self, text: &str) -> String {
        let mut said = String::new();
        loop {
            let line = self.log.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("it never says {text:?}:\n{said}"));
            said += &line;
            said.push('\n');
            if line.contains(text) {
                return said;
            }
        }
    }

    /// SIGKILL: nothing of it runs any more, and it could not prepare for that.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), None, "it had ended before it was killed");
    }

    /// SIGTERM: as a service manager asks it to stop.
    pub fn ask_to_stop(&self) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &process]).status().unwrap().success());
    }

    /// How it ended, where it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for its end, and reads what else it says.
    pub fn finish(mut self) -> Finished {
        let err = self.log.iter().map(|line| line + "\n").collect();
        let mut out = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        Finished { code: self.child.wait().unwrap().code(), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What a finished program said.
#[derive(Debug)]
pub struct Finished {
    /// Its exit code; none where a signal ended it.
    pub code: Option<i32>,
    /// The standard output.
    pub out: String,
    /// The log.
    pub err: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Finished {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code();
        Finished { code, out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Finished {
    /// Fails, and tells all, where the program did not succeed.
    #[track_caller]
    pub fn assert_succeeded(&self) {
        assert_eq!(self.code, Some(0), "{self:#?}");
    }

    /// Fails, and tells all, where the program did not fail in its own way.
    #[track_caller]
    pub fn assert_failed(&self) {
        assert_eq!(self.code, Some(1), "{self:#?}");
    }
}
