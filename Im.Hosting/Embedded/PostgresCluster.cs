namespace Im.Hosting.Embedded;

/// <summary>One data folder of Postgres: creates it, and makes it fit to start again whatever happened to the run before.</summary>
/// <param name="directory">An absolute path the server's account may reach.</param>
internal sealed class PostgresCluster(string directory)
{
    private static readonly TimeSpan InitLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PreviousRunCheckPeriod = TimeSpan.FromMilliseconds(200);

    // TCP on loopback and a password, nothing else. Names the password's kind so that no older hash is accepted.
    private const string AccessRules = """
        host all all 127.0.0.1/32 scram-sha-256
        host all all ::1/128 scram-sha-256

        """;

    public string Directory => directory;

    /// <summary>How long the server of a killed run may take to notice.</summary>
    public TimeSpan PreviousRunLimit { get; init; } = TimeSpan.FromSeconds(10);

    private string VersionFile => Path.Combine(directory, "PG_VERSION");

    private string LockFile => Path.Combine(directory, "postmaster.pid");

    /// <summary>Null when there is no data yet.</summary>
    public int? MajorVersion => File.Exists(VersionFile)
        ? int.Parse(File.ReadAllText(VersionFile).Split('.')[0], CultureInfo.InvariantCulture)
        : null;

    /// <summary>Data that is either whole or absent: a run that died in the middle of this is started over by the next.</summary>
    public async Task CreateAsync(PostgresBinaries binaries, bool keep, CancellationToken cancellationToken)
    {
        var staging = directory + ".new";
        if (System.IO.Directory.Exists(staging)) System.IO.Directory.Delete(staging, recursive: true);
        if (System.IO.Directory.Exists(directory)) RemoveEmpty();
        PrivateFolder.Create(staging);
        await TakeOverAsync(staging, cancellationToken);
        string[] locale = binaries.MajorVersion >= 17
            ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            : ["--locale=C"];
        string[] durability = keep ? [] : ["--no-sync"];
        await RunAsync(
            binaries.InitDb,
            ["--pgdata", staging, "--username=postgres", "--encoding=UTF8", .. locale, "--auth=reject", "--no-instructions", .. durability],
            "", InitLimit, cancellationToken);
        System.IO.Directory.Move(staging, directory);
    }

    /// <summary>Waits for a server of an earlier run to end, and removes the lock of one that was killed.</summary>
    /// <exception cref="DistributedApplicationException">Another run uses the data.</exception>
    public async Task AwaitPreviousRunAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        var start = Stopwatch.StartNew();
        // The process may be another program by now, to which Postgres itself would give way for ever.
        for (var told = false; File.Exists(LockFile) && int.TryParse(File.ReadLines(LockFile).FirstOrDefault(), out var owner) && NameOf(owner) == "postgres"; told = true)
        {
            if (start.Elapsed > PreviousRunLimit)
                throw new DistributedApplicationException($"The data in {directory} is in use by process {owner}: is the application already running?");
            if (!told) progress($"Waiting for the Postgres of an earlier run to end (process {owner}).");
            await Task.Delay(PreviousRunCheckPeriod, cancellationToken);
        }
        File.Delete(LockFile);
    }

    /// <summary>
    /// Makes the password what the application says now, without a server: recovers from a crash on the way.
    /// The statement goes through standard input, so the password is in no list of processes.
    /// </summary>
    public async Task SetPasswordAsync(PostgresBinaries binaries, string userName, string password, CancellationToken cancellationToken)
    {
        File.WriteAllText(Path.Combine(directory, "pg_hba.conf"), AccessRules);
        await TakeOverAsync(directory, cancellationToken);
        // In -j mode a statement ends with a semicolon and an empty line.
        var statement = $"ALTER ROLE {userName} PASSWORD '{password.Replace("'", "''")}';\n\n";
        var start = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                var result = await RunAsync(
                    binaries.Postgres, ["--single", "-j", "-c", "log_min_error_statement=panic", "-D", directory, "postgres"], statement, RecoveryLimit, cancellationToken);
                // It ends well even when a statement failed.
                if (!result.Output.Contains("ERROR:", StringComparison.Ordinal)) return;
                throw new DistributedApplicationException($"The password of Postgres cannot be set: {result.LastLine}");
            }
            catch (DistributedApplicationException failure) when (failure.Message.Contains("still in use", StringComparison.Ordinal) && start.Elapsed < PreviousRunLimit)
            {
                await Task.Delay(PreviousRunCheckPeriod, cancellationToken); // backends of a killed server
            }
        }
    }

    private async Task<CommandResult> RunAsync(string program, string[] arguments, string input, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = ServiceAccount.StartInfo(program, arguments, Path.GetDirectoryName(directory)!);
        var result = await Command.RunAsync(start, limit, cancellationToken, input);
        return result.ExitCode == 0 ? result : throw new DistributedApplicationException(
            $"Postgres cannot use {directory}: {Path.GetFileName(program)} says: {result.Output.Split('\n').FirstOrDefault(line => line.Contains("FATAL")) ?? result.LastLine}");
    }

    /// <summary>The program's name, or null when no such process runs.</summary>
    public static string? NameOf(int processId)
    {
        try
        {
            return Process.GetProcessById(processId).ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private void RemoveEmpty()
    {
        try
        {
            System.IO.Directory.Delete(directory);
        }
        catch (IOException exception)
        {
            throw new DistributedApplicationException($"{directory} holds something that is not Postgres' data: move it away.", exception);
        }
    }

    private static Task TakeOverAsync(string path, CancellationToken cancellationToken) =>
        ServiceAccount.Current?.TakeOverAsync(path, cancellationToken) ?? Task.CompletedTask;
}
