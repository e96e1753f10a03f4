use super::*;

fn judge(policy: Policy, password: &str, beside: Beside) -> Result<bool, String> {
    let judged = policy.judge(Zeroizing::new(password.into()), &["ada lovelace", "nord", "wrale"], beside);
    judged.map(|chosen| chosen.alone).map_err(|refusal| refusal.to_string())
}

#[test]
fn length_is_counted_in_characters_and_depends_on_what_stands_beside() {
    let policy = Policy::default();
    assert_eq!(judge(policy, "copper-violin", Beside::Factor), Ok(false));
    assert!(judge(policy, "copper-violin", Beside::Nothing).unwrap_err().contains("needs 15"));
    assert_eq!(judge(policy, "copper-violin-moss", Beside::Nothing), Ok(true));
    assert!(judge(policy, "kupfer-geig", Beside::Factor).unwrap_err().contains("needs 12"));
    assert_eq!(judge(policy, "Ещё-двенадцать-🎻", Beside::Nothing), Ok(true), "any characters");
    assert_eq!(judge(policy, "🎻🐎🌧🧭🪵🍋🎲🧊🪁🦔🥨🛶🧂🪗🗿", Beside::Nothing), Ok(true), "even these");
    assert!(judge(policy, &"ж".repeat(513), Beside::Nothing).unwrap_err().contains("1024 bytes"));
}

#[test]
fn each_step_of_complexity_asks_for_more_and_a_longer_minimum_too() {
    let with = |complexity| Policy { min_length: 8, complexity };
    let mut seen = std::collections::BTreeSet::new();
    for password in ["passwordpassword", "sunshine1815", "violin-horse", "copper-violin-moss"] {
        let score = zxcvbn(password, &["ada lovelace", "nord", "wrale"]).score();
        seen.insert(score);
        for complexity in [Complexity::Low, Complexity::Medium, Complexity::High] {
            let good = judge(with(complexity), password, Beside::Factor).is_ok();
            assert_eq!(good, score >= complexity.score(), "{password} {complexity:?}");
        }
    }
    assert!(seen.len() >= 3, "some pass one step and not the next: {seen:?}");
    let steps = [Complexity::Low, Complexity::Medium, Complexity::High].map(Complexity::score);
    assert_eq!(steps, [Score::One, Score::Two, Score::Three]);
    let long = Policy { min_length: 20, ..Policy::default() };
    assert!(judge(long, "copper-violin-moss", Beside::Factor).unwrap_err().contains("needs 20"));
}

#[test]
fn what_everybody_knows_is_no_password() {
    for password in
        ["Ada Lovelace Nord Wrale", "wrale-wrale-wrale-wrale", "NORD-nord-NORD-12", "adalovelace.nord.1"]
    {
        assert!(judge(Policy::default(), password, Beside::Factor).is_err(), "{password}");
    }
}

#[tokio::test]
async fn a_hash_says_how_it_was_made_and_knows_its_password_alone() {
    let hasher = Hasher::new(Cost { memory: 64, passes: 1 }, [7; 32]);
    let hash = |salt| {
        let password = Zeroizing::new("copper-violin-moss".to_owned());
        hasher.hash(Policy::default(), password, vec![], Beside::Nothing, salt)
    };
    let (one, two) = (hash([1; 32]).await.unwrap(), hash([2; 32]).await.unwrap());
    assert!(one.hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$") && one.hash != two.hash, "{}", one.hash);
    let is = async |password: &str, hash: Option<&String>| {
        let place = hasher.place().unwrap();
        hasher.is(place, Zeroizing::new(password.into()), hash.cloned()).await.unwrap()
    };
    assert!(is("copper-violin-moss", Some(&one.hash)).await);
    assert!(!is("copper-violin-mosS", Some(&one.hash)).await);
    assert!(!is("copper-violin-moss", None).await, "nobody has no password");
    assert!(!is("copper-violin-moss", Some(&"broken".into())).await);
    assert_eq!(hasher.evaluated(), 4);
}

#[tokio::test]
async fn no_more_wait_than_there_is_room_for() {
    let hasher = Hasher::new(Cost { memory: 64, passes: 1 }, [7; 32]);
    let busy = hasher.at_work.acquire_many(u32::try_from(AT_WORK).unwrap()).await.unwrap();
    let waits: Vec<_> = (0..AT_WORK + WAITING)
        .map(|_| {
            let hasher = hasher.clone();
            let place = hasher.place().unwrap();
            tokio::spawn(async move { hasher.is(place, Zeroizing::new("x".into()), None).await })
        })
        .collect();
    tokio::task::yield_now().await;
    assert!(matches!(hasher.place(), Err(Refusal::Crowded)));
    drop(busy);
    for wait in waits {
        assert_eq!(wait.await.unwrap(), Ok(false));
    }
}

#[test]
fn what_is_shipped_costs_what_is_advised() {
    assert_eq!(Cost::default(), Cost { memory: 19_456, passes: 2 });
}
