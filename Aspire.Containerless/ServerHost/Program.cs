using Aspire.Containerless.ServerHost;

// Runs one server for one AppHost so that it stops when asked and when its parent dies.
//   run     --stop-signal INT [--user 65534:65534] [--lock FILE | --throw-away DIR] -- PROGRAM ARGS…
//           a server that is a program of its own
//   garnet  --port 6379 --directory DIR --password-file FILE [--lock FILE | --throw-away DIR]
//           Redis' protocol, served by this process
//   exec    INT|TERM PARENT UID:GID|- PROGRAM ARGS…
//           (internal) becomes the program of `run`
return args switch
{
    ["run", .. var rest] => Supervisor.Run(RunOptions.Parse(rest)),
    ["garnet", .. var rest] => await GarnetHost.RunAsync(RunOptions.Parse(rest)),
    ["exec", var signal, var parent, var user, .. var program] => ProgramExec.Run(signal, parent, user, program),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("This program is started by Aspire.Containerless; it has nothing to offer on its own.");
    return 64;
}
