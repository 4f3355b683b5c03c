//! What a signed state costs: `cargo bench -p liveside --bench signing`. Prints a table, with the time per KiB of state.

use std::time::{Duration, Instant};

use liveside::config::{SecretSource, SignedStateConfig};
use liveside::ids::InstanceId;
use liveside::signing::{Signed, Signer};
use liveside::state::Document;
use liveside::store::{Store, StoreConfig};

const KIB: usize = 1024;
/// Of state, in KiB.
const SIZES: [usize; 5] = [1, 4, 16, 128, 1024];
/// Of each figure.
const TIME: Duration = Duration::from_millis(500);

fn main() -> anyhow::Result<()> {
    println!("| state | packing | wire | sign | verify | sign per KiB | verify per KiB |");
    println!("|---|---|---|---|---|---|---|");
    for kib in SIZES {
        let state = Document::parse(&chat(kib * KIB))?;
        for (packing, compress, encrypt) in [
            ("plain", false, false),
            ("compressed", true, false),
            ("encrypted", false, true),
            ("both", true, true),
        ] {
            let signer = signer(compress, encrypt)?;
            let instance = InstanceId::from("01920000-0000-7000-8000-000000000000".to_owned());
            let what = Signed {
                component: "LiveChat",
                version: "1.0.0",
                instance: &instance,
                user: Some("ada"),
                state: &state,
            };
            let text = signer.sign(&what);
            signer.accept(text.as_str(), what.component, what.user)?;
            let sign = time(|| Ok(signer.sign(&what).as_str().len()))?;
            let verify = time(|| {
                let verified = signer.verify(text.as_str(), what.component, what.user)?;
                Ok(verified.peek().state.bytes())
            })?;
            let us = |time: Duration| time.as_secs_f64() * 1e6;
            println!(
                "| {kib} KiB | {packing} | {} B | {:.1} µs | {:.1} µs | {:.2} µs | {:.2} µs |",
                text.as_str().len(),
                us(sign),
                us(verify),
                us(sign) / kib as f64,
                us(verify) / kib as f64,
            );
        }
    }
    Ok(())
}

fn signer(compress: bool, encrypt: bool) -> anyhow::Result<Signer> {
    let config = SignedStateConfig {
        key: Some(SecretSource::Value("not so secret, for a bench".repeat(2))),
        compress_over: if compress { 0 } else { usize::MAX },
        encrypt,
        ..SignedStateConfig::default()
    };
    Ok(Signer::new(
        &config,
        None,
        Store::open(StoreConfig::default())?,
        10 << 20,
    )?)
}

/// A chat of about so many bytes: names and keys come again and again, numbers and words differ, as in most states.
fn chat(bytes: usize) -> String {
    const WORDS: [&str; 8] = [
        "deploy", "the", "counter", "again", "after", "lunch", "and", "watch",
    ];
    let mut text = r#"{"title":"General","messages":["#.to_owned();
    let mut number: u64 = 1;
    while text.len() < bytes - 60 {
        // A generator of the textbook's: the same chat at each run.
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let word = |at: u32| WORDS[(number >> (60 - 3 * at)) as usize % WORDS.len()];
        let comma = if text.ends_with('[') { "" } else { "," };
        text.push_str(&format!(
            r#"{comma}{{"id":{},"from":"user-{}","text":"{} {} {} {}"}}"#,
            number >> 20,
            number % 97,
            word(0),
            word(1),
            word(2),
            word(3)
        ));
    }
    text.push_str("]}");
    text
}

/// The fastest of many calls: what others on the machine take from them does not count. What a call gives is kept from
/// being optimised away.
fn time(mut call: impl FnMut() -> anyhow::Result<usize>) -> anyhow::Result<Duration> {
    let (begin, mut fastest) = (Instant::now(), Duration::MAX);
    while begin.elapsed() < TIME {
        let called = Instant::now();
        std::hint::black_box(call()?);
        fastest = fastest.min(called.elapsed());
    }
    Ok(fastest)
}
