//! `[uploads]`: files that browsers send.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::SecretSource;

/// `[uploads]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct UploadsConfig {
    /// Whether files are taken at all.
    pub enabled: bool,
    /// Where files are kept. Default: `uploads` in `data-dir`. With neither, no files are taken.
    pub dir: Option<PathBuf>,
    /// Keeps finished files in a bucket instead; `dir` holds those under way.
    pub s3: Option<S3Config>,
    /// How the paths of finished files begin.
    pub url: String,
    /// Largest file.
    pub file_bytes: u64,
    /// What one user may send in a day; an address, where nobody is signed in.
    pub user_bytes_per_day: u64,
    /// Media types that are taken: `image/png`, or `image/*`.
    pub types: Vec<String>,
    /// Endings that no part of a name may have: `exe` refuses `a.exe` and `a.exe.png`.
    pub blocked_extensions: Vec<String>,
    /// Files of one connection under way at a time.
    pub per_connection: usize,
    /// Files under way altogether.
    pub under_way: usize,
    /// A file of which nothing has come for this long is given up.
    #[serde(with = "humantime_serde")]
    pub abandoned_after: Duration,
}

/// `[uploads.s3]`: Amazon's service, or one that speaks as it does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct S3Config {
    /// The bucket.
    pub bucket: String,
    /// Put before every name: `uploads/`.
    #[serde(default)]
    pub prefix: String,
    /// Where it is: `eu-central-1`.
    #[serde(default = "default_region")]
    pub region: String,
    /// Of another service than Amazon's: `https://minio.example.org`. Over plain HTTP only on this machine.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Without keys, what the machine's own role or `AWS_*` variables give.
    #[serde(default)]
    pub access_key: Option<SecretSource>,
    /// Belongs to `access-key`.
    #[serde(default)]
    pub secret_key: Option<SecretSource>,
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

/// Endings of files that do something when they are opened, on one system or another, or in a browser.
const BLOCKED: &str = "app apk asp aspx bat bin cgi cmd com cpl deb dll dmg exe gadget hta htm html jar js jse jsp lnk \
                       mht mhtml mjs msc msi msp php php3 php4 php5 phar phtml pif pkg pl ps1 psm1 py rb reg rpm run \
                       scf scr sh shtml svgz swf vb vbe vbs wasm ws wsf wsh xht xhtml";

/// What people send one another.
const TYPES: [&str; 18] = [
    "image/*",
    "audio/*",
    "video/*",
    "text/plain",
    "text/csv",
    "text/markdown",
    "application/json",
    "application/pdf",
    "application/rtf",
    "application/zip",
    "application/gzip",
    "application/epub+zip",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

impl Default for UploadsConfig {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            enabled: true,
            dir: None,
            s3: None,
            url: "/uploads".to_owned(),
            file_bytes: 50 * MIB,
            user_bytes_per_day: 500 * MIB,
            types: TYPES.map(str::to_owned).to_vec(),
            blocked_extensions: BLOCKED.split_whitespace().map(str::to_owned).collect(),
            per_connection: 8,
            under_way: 1000,
            abandoned_after: Duration::from_secs(60),
        }
    }
}
