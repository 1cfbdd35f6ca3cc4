//! Tenants: worlds of their own, found by id.

pub mod document;
mod moment;
pub mod snapshots;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, RwLock, RwLockReadGuard};

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::{ClockStart, Wall};
use crate::device::ManagedDevice;
use crate::faults::{Faults, Rule};
use crate::fleet;
use crate::identity::certificate::Certificate;
use crate::identity::directory::{App, Auth, Directory, Secret};
use crate::identity::sessions::Sessions;
use crate::identity::user::{self, User, Users};
use crate::inventory::{Base, Inventory, User as Owner};
use crate::journal::Journal;
use crate::quirks::Quirks;
use crate::random::Draw;
use crate::support::{self, Edition};
use crate::throttle::{self, ledger::Ledger};
use crate::world::{CheckIn, World};

use self::moment::Members;
pub use self::moment::Moment;
use self::snapshots::Snapshots;

/// Tenants at once.
const TENANT_LIMIT: usize = 10_000;

/// The domain of a tenant that names none. `.example` is reserved and resolves nowhere.
pub const DEFAULT_DOMAIN: &str = "simtune.example";

/// Everything that decides how a tenant begins.
#[derive(Debug, Clone)]
pub struct TenantSpec {
    /// Its id; if absent, from the seed and the number of tenants that took theirs from that seed before.
    pub tenant_id: Option<Uuid>,
    /// Its domain; tenants without one share [`DEFAULT_DOMAIN`], and with it their fleets.
    pub domain: Option<String>,
    /// What every draw comes from.
    pub seed: u64,
    /// Where its devices come from.
    pub fleet: fleet::Source,
    /// The size of the largest generated fleet whose devices are all kept in memory; of a larger one each is worked out
    /// when it is looked at. No client sees the difference.
    pub kept: u32,
    /// Who hears how far such a fleet has got.
    pub progress: Option<fleet::Progress>,
    /// Its edition of the support matrix: an id, a date or `latest`.
    pub edition: Option<String>,
    /// How the doubtful is decided.
    pub quirks: Quirks,
    /// What is done with the documented budgets.
    pub throttle: throttle::Mode,
    /// How its clock starts.
    pub clock: ClockStart,
    /// Whether credentials matter.
    pub auth: Auth,
    /// How devices come to check in.
    pub check_in: CheckIn,
    /// The default app's id; from the seed if absent.
    pub client_id: Option<Uuid>,
    /// The default app's secret; from the seed if absent.
    pub client_secret: Option<String>,
    /// A certificate of the default app.
    pub client_certificate: Option<Certificate>,
    /// What goes wrong on purpose.
    pub faults: Arc<[Rule]>,
}

impl Default for TenantSpec {
    fn default() -> Self {
        Self {
            tenant_id: None,
            domain: None,
            seed: 1,
            fleet: fleet::Builtin::OneOfEach.into(),
            kept: fleet::KEPT,
            progress: None,
            edition: None,
            quirks: Quirks::default(),
            throttle: throttle::Mode::default(),
            clock: ClockStart::Auto,
            auth: Auth::Enforce,
            check_in: CheckIn::AfterPush(chrono::TimeDelta::seconds(2)),
            client_id: None,
            client_secret: None,
            client_certificate: None,
            faults: Arc::default(),
        }
    }
}

/// Why a tenant cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// Its id is taken.
    #[error("there is already a tenant {0}; choose another tenantId, or another seed")]
    Exists(Uuid),
    /// Its domain is taken.
    #[error("there is already a tenant with the domain {0}; choose another")]
    DomainExists(String),
    /// Its fleet cannot be read.
    #[error(transparent)]
    Fleet(#[from] fleet::FleetError),
    /// Its fleet is too large.
    #[error("a fleet has at most {most} devices; this one has {0}", most = fleet::MOST)]
    FleetTooLarge(usize),
    /// Its edition does not exist.
    #[error(transparent)]
    Edition(#[from] support::NoSuchEdition),
    /// There are too many.
    #[error("there are {TENANT_LIMIT} tenants already; delete one first")]
    TooMany,
}

/// What is written down of a tenant's exchanges.
#[derive(Debug, Default)]
pub struct Records {
    /// What was asked and answered.
    pub journal: Journal,
    /// Who was told to wait, and who did not.
    pub ledger: Ledger,
}

/// One tenant.
#[derive(Debug)]
pub struct Tenant {
    /// Its id.
    pub id: Uuid,
    /// Its domain.
    pub domain: String,
    /// How it began.
    pub spec: TenantSpec,
    /// Sentences about the fleet that its owner should know.
    pub warnings: Vec<String>,
    members: RwLock<Members>,
    sessions: Mutex<Sessions>,
    world: Mutex<World>,
    /// Apart from the world, so that a request waits for neither longer than it must.
    records: Mutex<Records>,
    written: watch::Sender<u64>,
    /// What a reset goes back to.
    beginning: Moment,
    snapshots: Mutex<Snapshots>,
}

impl Tenant {
    /// A tenant as `spec` says, at the moment `wall`.
    fn new(id: Uuid, spec: TenantSpec, shared: &Shared, wall: DateTime<Utc>) -> Result<Self, TenantError> {
        let draw = Draw::from_seed(spec.seed);
        let domain = spec.domain.clone().unwrap_or_else(|| DEFAULT_DOMAIN.to_owned());
        let edition = Shared::edition(spec.edition.as_deref().unwrap_or(support::DEFAULT_EDITION))?;
        let clock = spec.clock.start(wall);
        let (base, warnings) = shared.base(&spec, &domain, clock.now(wall))?;
        let directory = directory_of(id, &domain, &spec, draw);
        let base = Arc::new(base.with_people(directory.users.iter().map(owner)));
        let people = Arc::clone(&base);
        let (inventory, draw) = (Inventory::new(base), draw.at("world"));
        let mut world = World::new(inventory, clock, edition, spec.quirks, spec.throttle, spec.check_in, draw);
        world.faults = Faults::new(&spec.faults);
        let members = Members { directory: Arc::new(directory), people, seed: spec.seed };
        let beginning = Moment { members: members.clone(), sessions: Sessions::default(), world: world.moment(wall) };
        Ok(Self {
            id,
            members: RwLock::new(members),
            sessions: Mutex::default(),
            domain,
            spec,
            warnings,
            world: Mutex::new(world),
            records: Mutex::default(),
            written: watch::Sender::new(0),
            beginning,
            snapshots: Mutex::default(),
        })
    }

    /// The world, for as long as the guard lives. Nothing is awaited while it is held.
    pub fn world(&self) -> MutexGuard<'_, World> {
        // A panic in another request must not take the tenant with it: every change to a world is a whole one.
        self.world.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What is written down of it, for as long as the guard lives. Whoever holds the world may ask for it, never the other
    /// way round.
    pub fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn members(&self) -> RwLockReadGuard<'_, Members> {
        self.members.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Its apps and whoever was added to its people, as they are now.
    pub fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.members().directory)
    }

    /// What every draw of the tenant comes from: its own seed, or that of the world that was imported.
    pub fn seed(&self) -> u64 {
        self.members().seed
    }

    fn people(&self) -> Arc<Base> {
        Arc::clone(&self.members().people)
    }

    fn change_directory(&self, change: impl FnOnce(&mut Directory)) {
        let mut members = self.members.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        change(Arc::make_mut(&mut members.directory));
    }

    /// Adds an app, or puts it in the place of the one with its id.
    pub fn put_app(&self, app: App) {
        self.change_directory(|directory| {
            directory.apps.retain(|known| known.client_id != app.client_id);
            directory.apps.push(app);
        });
    }

    /// Adds a user, or puts them in the place of the one with their id.
    pub fn put_user(&self, user: User) {
        self.world().put_user(owner(&user));
        self.change_directory(|directory| match directory.users.iter_mut().find(|known| known.id == user.id) {
            Some(known) => *known = user,
            None => directory.users.push(user),
        });
    }

    /// Its snapshots, for as long as the guard lives. Whoever holds them asks for nothing else of the tenant.
    pub fn snapshots(&self) -> MutexGuard<'_, Snapshots> {
        self.snapshots.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Its sign-ins, for as long as the guard lives. Whoever holds the world may ask for them, never the other way round.
    pub fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Everybody who can sign in: administrators and whoever was added, then the owners of devices.
    pub fn users(&self) -> Vec<User> {
        self.first_users(usize::MAX)
    }

    /// The same, `top` at most: a large fleet has many owners.
    pub fn first_users(&self, top: usize) -> Vec<User> {
        let mut users = self.directory().users.clone();
        users.truncate(top);
        let known = users.len();
        if known == top {
            return users;
        }
        for owner in self.people().users().iter() {
            if users.len() >= top {
                break;
            }
            let person = self.person(owner);
            if !users[..known].iter().any(|user| user.id == person.id || user.answers_to(&person.user_principal_name)) {
                users.push(person);
            }
        }
        users
    }

    fn person(&self, owner: &Owner) -> User {
        let draw = Draw::from_seed(self.seed());
        let name = owner.user_principal_name.as_str();
        // A fleet file may call its users anything; tokens have room for a GUID.
        let id = Uuid::try_parse(&owner.id).unwrap_or_else(|_| draw.at("person").at(&name.to_lowercase()).guid());
        User::person(draw, id, name, &owner.display_name)
    }

    /// Says that the journal has grown.
    pub fn announce(&self, newest: u64) {
        // `send_if_modified` without receivers costs no wake-up; this is on the path of every request.
        if self.written.receiver_count() > 0 {
            self.written.send_replace(newest);
        }
    }

    /// A receiver of what `announce` says.
    pub fn announcements(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }
}

impl Users for Tenant {
    fn find(&self, name: &str) -> Option<User> {
        self.directory().find(name).or_else(|| {
            let people = self.people();
            let owners = people.users().iter();
            owners
                .map(|owner| (owner, owner.user_principal_name.eq_ignore_ascii_case(name)))
                .find(|(owner, named)| *named || owner.id.eq_ignore_ascii_case(name))
                .map(|(owner, _)| self.person(owner))
        })
    }
}

/// A user as the directory's readers know them.
fn owner(user: &User) -> Owner {
    Owner {
        id: user.id.to_string(),
        user_principal_name: user.user_principal_name.clone(),
        display_name: user.display_name.clone(),
        mail: user.user_principal_name.clone(),
    }
}

/// What the devices of a tenant with that seed are drawn from.
pub fn fleet_draw(seed: u64) -> Draw {
    Draw::from_seed(seed).at("fleet")
}

/// The `number`-th tenant id of a seed.
fn seeded_id(seed: u64, number: u64) -> Uuid {
    Draw::from_seed(seed).at("tenant").nth(number).guid()
}

fn directory_of(id: Uuid, domain: &str, spec: &TenantSpec, draw: Draw) -> Directory {
    let mut app = App::default_of_tenant(draw.at("app"));
    if let Some(client_id) = spec.client_id {
        app.client_id = client_id;
    }
    if let Some(secret) = &spec.client_secret {
        let key_id = draw.at("secret-id").guid();
        app.secrets = vec![Secret { value: secret.clone(), expires: None, key_id }];
    }
    app.certificates.extend(spec.client_certificate.clone());
    let users = user::cast(domain, draw);
    Directory { tenant_id: id, domain: domain.to_owned(), apps: vec![app], users, auth: spec.auth }
}

/// Editions that were parsed before. They are part of the program, so all its simulators share them: parsing one takes longer
/// than everything else that a small tenant needs.
static EDITIONS: LazyLock<Mutex<HashMap<&'static str, Arc<Edition>>>> = LazyLock::new(Mutex::default);

/// Bases that were made before, so that a tenant with the same one costs next to nothing.
#[derive(Debug, Default)]
struct Shared {
    made: Mutex<HashMap<FleetKey, MadeFleet>>,
}

/// A base, and what its owner should know about it.
type MadeFleet = (Arc<Base>, Vec<String>);

/// Dates in a fleet are relative to the day it is made, not to the moment, so that a day's tenants share their bases.
#[derive(Debug, PartialEq, Eq, Hash)]
struct FleetKey {
    source: fleet::Source,
    kept: u32,
    domain: String,
    seed: u64,
    day: chrono::NaiveDate,
}

/// Bases kept for reuse.
const FLEETS_KEPT: usize = 64;

impl Shared {
    /// The edition in force on a day, parsed when it is first asked for.
    fn edition(asked: &str) -> Result<Arc<Edition>, TenantError> {
        let embedded = support::edition_at(asked)?;
        let mut editions = EDITIONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(Arc::clone(editions.entry(embedded.id).or_insert_with(|| Arc::new(embedded.parse()))))
    }

    fn base(
        &self,
        spec: &TenantSpec,
        domain: &str,
        now: DateTime<Utc>,
    ) -> Result<(Arc<Base>, Vec<String>), TenantError> {
        let TenantSpec { fleet: source, kept: most, seed, progress, .. } = spec;
        let day = now.date_naive();
        let key = FleetKey { source: source.clone(), kept: *most, domain: domain.to_owned(), seed: *seed, day };
        if let Some((base, warnings)) = self.lock().get(&key) {
            return Ok((Arc::clone(base), warnings.clone()));
        }
        let as_of = day.and_time(chrono::NaiveTime::MIN).and_utc();
        let draw = fleet_draw(*seed);
        let people = fleet::People::new(domain, draw.at("people"));
        let (base, warnings) = match source {
            fleet::Source::Generated(count) if count > most => {
                let fleet = fleet::Drawn { count: *count, people, as_of, draw, progress: *progress };
                (Base::drawn(Arc::new(fleet)), Vec::new())
            }
            _ => kept(fleet::drafts(source, &fleet::Context { people: &people, as_of }, draw)?)?,
        };
        let base = Arc::new(base);
        let mut made = self.lock();
        if made.len() >= FLEETS_KEPT {
            made.clear();
        }
        made.insert(key, (Arc::clone(&base), warnings.clone()));
        Ok((base, warnings))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<FleetKey, MadeFleet>> {
        self.made.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// A base that holds all its devices, and what their owner should know about them.
fn kept(drafts: Vec<fleet::Draft>) -> Result<(Base, Vec<String>), TenantError> {
    if drafts.len() > fleet::MOST as usize {
        return Err(TenantError::FleetTooLarge(drafts.len()));
    }
    let mut warnings = Vec::new();
    let devices = drafts.into_iter().map(|draft| {
        let (device, _) = ManagedDevice::new(draft.id, draft.record, draft.physical);
        if let Some(warning) = draft.warning {
            warnings.push(format!("{}: {warning}", device.record().device_name.as_str()));
        }
        device
    });
    let base = Base::new(devices.collect());
    Ok((base, warnings))
}

/// Every tenant of a simulator.
#[derive(Debug)]
pub struct Tenants {
    wall: Wall,
    shared: Shared,
    default: Arc<Tenant>,
    all: RwLock<HashMap<Uuid, Arc<Tenant>>>,
}

impl Tenants {
    /// A simulator's tenants: the default one.
    pub fn new(spec: TenantSpec, wall: Wall) -> Result<Self, TenantError> {
        let shared = Shared::default();
        let id = spec.tenant_id.unwrap_or_else(|| seeded_id(spec.seed, 0));
        let default = Arc::new(Tenant::new(id, spec, &shared, wall.now())?);
        let all = RwLock::new(HashMap::from([(default.id, Arc::clone(&default))]));
        Ok(Self { wall, shared, default, all })
    }

    /// The clock on the wall.
    pub fn wall(&self) -> &Wall {
        &self.wall
    }

    /// The tenant that answers where nothing names one.
    pub fn default_tenant(&self) -> &Arc<Tenant> {
        &self.default
    }

    /// The tenant with that id.
    pub fn get(&self, id: Uuid) -> Option<Arc<Tenant>> {
        if id == self.default.id {
            return Some(Arc::clone(&self.default));
        }
        self.read().get(&id).cloned()
    }

    /// The tenant that `name` means in a URL: its id, its domain.
    pub fn named(&self, name: &str) -> Option<Arc<Tenant>> {
        match Uuid::try_parse(name) {
            Ok(id) => self.get(id),
            Err(_) if self.default.domain.eq_ignore_ascii_case(name) => Some(Arc::clone(&self.default)),
            Err(_) => self.read().values().find(|tenant| tenant.domain.eq_ignore_ascii_case(name)).cloned(),
        }
    }

    /// Every tenant, the default one first, then by id.
    pub fn list(&self) -> Vec<Arc<Tenant>> {
        let mut all: Vec<_> = self.read().values().cloned().collect();
        all.sort_by_key(|tenant| (tenant.id != self.default.id, tenant.id));
        all
    }

    /// Makes a tenant.
    pub fn create(&self, spec: TenantSpec) -> Result<Arc<Tenant>, TenantError> {
        let id = spec.tenant_id.unwrap_or_else(|| {
            let all = self.read();
            // One of the first N + 1 ids of a seed is free where N tenants exist.
            let mut ids = (0..=all.len() as u64).map(|number| seeded_id(spec.seed, number));
            ids.find(|id| !all.contains_key(id)).unwrap_or_default()
        });
        // Made outside the lock: a large fleet takes a while, and others are being served.
        let tenant = Arc::new(Tenant::new(id, spec, &self.shared, self.wall.now())?);
        let mut all = self.all.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if all.len() >= TENANT_LIMIT {
            return Err(TenantError::TooMany);
        }
        if all.contains_key(&id) {
            return Err(TenantError::Exists(id));
        }
        if let Some(domain) = &tenant.spec.domain
            && all.values().any(|known| known.domain.eq_ignore_ascii_case(domain))
        {
            return Err(TenantError::DomainExists(domain.clone()));
        }
        all.insert(id, Arc::clone(&tenant));
        Ok(tenant)
    }

    /// Drops a tenant; the default one stays.
    pub fn delete(&self, id: Uuid) -> bool {
        id != self.default.id
            && self.all.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&id).is_some()
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<Uuid, Arc<Tenant>>> {
        self.all.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
