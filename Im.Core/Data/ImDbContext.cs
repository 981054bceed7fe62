using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Im.Core.Data;

/// <summary>
/// The model of everything in Postgres, names in snake case. Accounts are used through <c>Users</c>; conversations and events
/// only through the stores of <c>Im.Core.Messages</c>, whose statements are written by hand against these tables.
/// </summary>
public sealed class ImDbContext(DbContextOptions<ImDbContext> options) : IdentityUserContext<ImUser, Guid>(options)
{
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    /// <summary>What administrators did; rows are added and never changed.</summary>
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<Block> Blocks => Set<Block>();

    public DbSet<Report> Reports => Set<Report>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    // Identity's own mapping is left out: it depends on options of the host and brings tables and columns (claims, logins, tokens, e-mail, telephone) nobody uses here.
    protected override void OnModelCreating(ModelBuilder builder)
    {
        DatabaseTime.Map(builder);
        builder.Ignore<IdentityUserClaim<Guid>>();
        builder.Ignore<IdentityUserLogin<Guid>>();
        builder.Ignore<IdentityUserToken<Guid>>();
        builder.Ignore<IdentityUserPasskey<Guid>>();

        builder.Entity<ImUser>(user =>
        {
            user.ToTable("users");
            user.HasKey(u => u.Id).HasName("pk_users");
            user.Property(u => u.Id).HasColumnName("id");
            user.Property(u => u.UserName).HasColumnName("user_name").IsRequired();
            user.Property(u => u.NormalizedUserName).HasColumnName("normalized_user_name").IsRequired();
            user.Property(u => u.PasswordHash).HasColumnName("password_hash");
            user.Property(u => u.SecurityStamp).HasColumnName("security_stamp");
            user.Property(u => u.ConcurrencyStamp).HasColumnName("concurrency_stamp").IsConcurrencyToken();
            user.Property(u => u.LockoutEnabled).HasColumnName("lockout_enabled");
            user.Property(u => u.LockoutEnd).HasColumnName("lockout_end");
            user.Property(u => u.AccessFailedCount).HasColumnName("access_failed_count");
            user.Property(u => u.Brief).HasColumnName("brief");
            user.Property(u => u.DisplayName).HasColumnName("display_name").HasDefaultValue("");
            user.Property(u => u.DisplayNameKey).HasColumnName("display_name_key").HasDefaultValue("");
            user.Property(u => u.Picture).HasColumnName("picture");
            user.Property(u => u.CreatedAt).HasColumnName("created_at");
            user.Property(u => u.Skeleton).HasColumnName("skeleton");
            user.Property(u => u.SkeletonRank).HasColumnName("skeleton_rank").HasDefaultValue(0);
            user.Property(u => u.IsAdmin).HasColumnName("is_admin");
            user.Property(u => u.MutedUntil).HasColumnName("muted_until");
            user.Property(u => u.BannedUntil).HasColumnName("banned_until");
            user.Property(u => u.IsProgram).HasColumnName("is_program").HasDefaultValue(false);
            user.Property(u => u.HidesLastSeen).HasColumnName("hides_last_seen").HasDefaultValue(false);
            user.Property(u => u.LastSeenAt).HasColumnName("last_seen_at");
            user.Property(u => u.ErasingAt).HasColumnName("erasing_at");
            user.Property(u => u.ErasedAt).HasColumnName("erased_at");
            user.Ignore(u => u.Email).Ignore(u => u.NormalizedEmail).Ignore(u => u.EmailConfirmed);
            user.Ignore(u => u.PhoneNumber).Ignore(u => u.PhoneNumberConfirmed).Ignore(u => u.TwoFactorEnabled);
            user.HasIndex(u => u.NormalizedUserName, "ux_users_normalized_user_name").IsUnique();
            user.HasIndex(u => u.Id).HasFilter("erasing_at IS NOT NULL").HasDatabaseName("ix_users_erasing"); // the appends' question, nearly always of nobody
            user.HasIndex(u => u.NormalizedUserName, "ix_users_administrators").HasFilter("is_admin");
            user.HasIndex(u => u.NormalizedUserName, "ix_users_penalties").HasFilter("muted_until IS NOT NULL OR banned_until IS NOT NULL");
            user.HasIndex(u => new { u.Skeleton, u.SkeletonRank }).IsUnique().HasDatabaseName("ux_users_skeleton");
        });

        builder.Entity<ApiKey>(key =>
        {
            key.ToTable("api_keys");
            key.HasKey(k => k.Id).HasName("pk_api_keys");
            key.Property(k => k.Id).HasColumnName("id").ValueGeneratedNever();
            key.Property(k => k.OwnerId).HasColumnName("owner_id");
            key.Property(k => k.Name).HasColumnName("name");
            key.Property(k => k.Hash).HasColumnName("hash");
            key.Property(k => k.Scopes).HasColumnName("scopes");
            key.Property(k => k.CreatedAt).HasColumnName("created_at");
            key.HasOne<ImUser>().WithMany().HasForeignKey(k => k.OwnerId).HasConstraintName("fk_api_keys_owner");
            key.HasIndex(k => k.OwnerId).HasDatabaseName("ix_api_keys_owner_id");
        });

        // No foreign key: the trail outlives the accounts it is about.
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit");
            entry.HasKey(e => e.Id).HasName("pk_audit");
            entry.Property(e => e.Id).HasColumnName("id").UseIdentityAlwaysColumn();
            entry.Property(e => e.At).HasColumnName("at");
            entry.Property(e => e.ActorId).HasColumnName("actor_id");
            entry.Property(e => e.Actor).HasColumnName("actor");
            entry.Property(e => e.Action).HasColumnName("action");
            entry.Property(e => e.Target).HasColumnName("target");
            entry.Property(e => e.Detail).HasColumnName("detail");
            entry.HasIndex(e => new { e.Action, e.Id }).HasDatabaseName("ix_audit_action");
            entry.HasIndex(e => new { e.ActorId, e.Id }).HasDatabaseName("ix_audit_actor_id");
            entry.HasIndex(e => new { e.Target, e.Id }).HasDatabaseName("ix_audit_target");
        });

        builder.Entity<Installation>(installation =>
        {
            installation.ToTable("installation");
            installation.HasKey(i => i.Id).HasName("pk_installation");
            installation.Property(i => i.Id).HasColumnName("id").ValueGeneratedNever();
            installation.Property(i => i.Secret).HasColumnName("secret");
            installation.Property(i => i.Home).HasColumnName("home");
            installation.Property(i => i.PushKey).HasColumnName("push_key");
            installation.Property(i => i.PushMark).HasColumnName("push_mark").HasColumnType("xid8");
            installation.Property(i => i.PushMarkAt).HasColumnName("push_mark_at");
            installation.Property(i => i.Epoch).HasColumnName("epoch").HasDefaultValueSql("gen_random_uuid()");
        });

        // Half of each page is left free, so that a new sequence or read cursor finds room beside the old row and touches no index.
        builder.Entity<Conversation>(conversation =>
        {
            conversation.ToTable("conversations").HasStorageParameter("fillfactor", 50);
            conversation.HasKey(c => c.Id).HasName("pk_conversations");
            conversation.Property(c => c.Id).HasColumnName("id").ValueGeneratedNever();
            conversation.Property(c => c.Kind).HasColumnName("kind");
            conversation.Property(c => c.LastSeq).HasColumnName("last_seq");
            conversation.Property(c => c.LastLine).HasColumnName("last_line").HasDefaultValue(0L);
            conversation.Property(c => c.LastMessageAt).HasColumnName("last_message_at");
            conversation.HasData(new Conversation { Id = Protocol.ConversationId.Lobby.Value, Kind = ConversationKind.Lobby });
        });

        builder.Entity<ConversationMember>(member =>
        {
            member.ToTable("members").HasStorageParameter("fillfactor", 50);
            member.HasKey(m => new { m.ConversationId, m.UserId }).HasName("pk_members");
            member.Property(m => m.ConversationId).HasColumnName("conversation_id");
            member.Property(m => m.UserId).HasColumnName("user_id");
            member.Property(m => m.PeerId).HasColumnName("peer_id");
            member.Property(m => m.ReadLine).HasColumnName("read_line");
            member.Property(m => m.SeenLine).HasColumnName("seen_line").HasDefaultValue(0L);
            member.Property(m => m.Written).HasColumnName("written").HasDefaultValue(false);
            member.Property(m => m.DeclinedLine).HasColumnName("declined_line").HasDefaultValue(0L);
            member.Property(m => m.Role).HasColumnName("role");
            member.Property(m => m.FirstSeq).HasColumnName("first_seq");
            member.Property(m => m.FirstLine).HasColumnName("first_line");
            member.Property(m => m.JoinedSeq).HasColumnName("joined_seq");
            member.Property(m => m.ChangedSeq).HasColumnName("changed_seq");
            member.HasIndex(m => new { m.ConversationId, m.Role, m.UserId }).HasFilter("role IS NOT NULL").HasDatabaseName("ix_members_role");
            member.HasOne<Conversation>().WithMany().HasForeignKey(m => m.ConversationId).HasConstraintName("fk_members_conversation");
            member.HasOne<ImUser>().WithMany().HasForeignKey(m => m.UserId).HasConstraintName("fk_members_user");
            member.Property(m => m.Notify).HasColumnName("notify");
            member.Property(m => m.PinnedAt).HasColumnName("pinned_at");
            // Few want to be told everything where mentions are the default: whom a line of a large room is pushed to is found without reading its members.
            member.HasIndex(m => m.ConversationId).HasFilter("notify = 2").HasDatabaseName("ix_members_told_all");
            member.HasIndex(m => m.UserId).HasDatabaseName("ix_members_user_id");
        });

        // No foreign keys: they would cost every insert two look-ups and a share lock on the sender's account. The one statement that
        // inserts holds the conversation's row and has made the sender a member of it, which does have them.
        builder.Entity<LoggedEvent>(logged =>
        {
            logged.ToTable("events");
            logged.HasKey(e => new { e.ConversationId, e.Seq }).HasName("pk_events");
            logged.Property(e => e.ConversationId).HasColumnName("conversation_id");
            logged.Property(e => e.Seq).HasColumnName("seq").ValueGeneratedNever();
            logged.Property(e => e.Line).HasColumnName("line");
            logged.Property(e => e.Kind).HasColumnName("kind");
            logged.Property(e => e.Target).HasColumnName("target");
            logged.Property(e => e.Effect).HasColumnName("effect");
            logged.Property(e => e.Slot).HasColumnName("slot");
            logged.Property(e => e.InForce).HasColumnName("in_force").HasDefaultValue(true);
            logged.Property(e => e.SenderId).HasColumnName("sender_id");
            logged.Property(e => e.SenderNickname).HasColumnName("sender_nickname");
            logged.Property(e => e.ClientId).HasColumnName("client_id");
            logged.Property(e => e.Content).HasColumnName("content");
            logged.Property(e => e.Mentions).HasColumnName("mentions");
            logged.Property(e => e.At).HasColumnName("at");
            logged.Property(e => e.Node).HasColumnName("node");
            logged.Property(e => e.Transaction).HasColumnName("tx").HasColumnType("xid8").HasDefaultValueSql("pg_current_xact_id()");
            logged.HasIndex(e => new { e.ConversationId, e.SenderId, e.ClientId }).IsUnique().HasDatabaseName("ux_events_client_id");
            logged.HasIndex(e => e.Transaction).HasDatabaseName("ix_events_tx");
            // Nearly always nothing to index: a conversation of texts alone has no line whose number is not its sequence, and no event with an effect.
            logged.HasIndex(e => new { e.ConversationId, e.Line }).HasFilter("line <> seq").HasDatabaseName("ix_events_line");
            logged.HasIndex(e => new { e.ConversationId, e.Target, e.Effect, e.Seq }).HasFilter("effect IS NOT NULL AND in_force").HasDatabaseName("ix_events_target");
            // What is no more in force, for those who were to see it and not what came after; and the lines of rooms that do not count as unread. Texts are in neither.
            logged.HasIndex(e => new { e.ConversationId, e.Target, e.Kind, e.Seq }).HasFilter("effect IS NOT NULL AND NOT in_force").HasDatabaseName("ix_events_past");
            logged.HasIndex(e => new { e.ConversationId, e.Kind, e.Line }).HasFilter($"kind IN ({Kinds.EventKinds.SystemNumbers})").HasDatabaseName("ix_events_system");
        });

        RoomTables.Map(builder);
        PeopleTables.Map(builder);
        SearchChunk.Map(builder);
        FileTables.Map(builder);
        PictureRow.Map(builder);
        NotificationTables.Map(builder);
        WebhookRow.Map(builder);
        WidgetTables.Map(builder);

        builder.Entity<Mention>(mention =>
        {
            mention.ToTable("mentions");
            mention.HasKey(m => new { m.UserId, m.ConversationId, m.Line }).HasName("pk_mentions");
            mention.Property(m => m.UserId).HasColumnName("user_id");
            mention.Property(m => m.ConversationId).HasColumnName("conversation_id");
            mention.Property(m => m.Line).HasColumnName("line");
            mention.HasIndex(m => new { m.ConversationId, m.Line }).HasDatabaseName("ix_mentions_line");
        });
    }
}
